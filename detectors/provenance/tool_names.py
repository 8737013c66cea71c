"""The tools that a file may name: generators and editors by their names, and the settings that generators write."""

from __future__ import annotations

import re
from typing import Literal

PointsTo = Literal["generator", "editor", "camera", ""]

_GENERATOR_NAMES = (
    r"stable[ _-]?diffusion|sdxl|automatic1111|comfyui|invoke ?ai|fooocus|novelai|midjourney|dall[ _·•-]?e|openai|chatgpt"
    r"|gpt-4o|gpt-image|firefly|google imagen|imagen[ -]?\d|google (?:generative )?ai|gemini|google veo|veo ?\d|sora"
    r"|runway(?:ml)?|eleven ?labs|black forest labs|flux\.\d|ideogram|leonardo\.ai|stability ?ai|bing image creator|pika labs"
    r"|kling ?ai|luma ?(?:ai|labs)|hailuo|heygen|synthesia|suno|udio|meta ai|grok|deepfacelab|facefusion|roop"
)
_EDITOR_NAMES = (
    r"photoshop|lightroom|gimp|snapseed|faceapp|facetune|affinity photo|pixelmator|picsart|canva|paint\.net|krita|capture one"
    r"|luminar|darktable|rawtherapee|photopea|photoscape|meitu|beautyplus|remini|topaz|vsco|polarr|fotor|premiere|after effects"
    r"|final cut|davinci resolve|capcut|inshot|imovie|kinemaster|audacity|audition|logic pro"
)
GENERATORS = re.compile(rf"(?<![a-z0-9])(?:{_GENERATOR_NAMES})(?![a-z0-9])", re.IGNORECASE)
EDITORS = re.compile(rf"(?<![a-z0-9])(?:{_EDITOR_NAMES})(?![a-z0-9])", re.IGNORECASE)
MADE_WITH = re.compile(
    rf"(?:made|created|generated|edited|exported) (?:by|with|in|using) (?:adobe |the )?(?:{_GENERATOR_NAMES}|{_EDITOR_NAMES})"
    r"(?![a-z0-9])|\bjob id: [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",  # the latter is Midjourney's description
    re.IGNORECASE,
)
# In turn: AUTOMATIC1111; ComfyUI's prompt and workflow; NovelAI; InvokeAI; SwarmUI.
PARAMETERS = re.compile(
    r'\bSteps: \d{1,5}, (?:Sampler|Seed|CFG)|"class_type"\s{0,4}:|"last_node_id"\s{0,4}:|"sampler"\s{0,4}:'
    r'|"generation_mode"\s{0,4}:|"sui_image_params"'
)
# https://cv.iptc.org/newscodes/digitalsourcetype/: those that hold what a trained model made
SYNTHETIC_TYPES = {"trainedalgorithmicmedia", "compositewithtrainedalgorithmicmedia", "compositesynthetic"}


def names_tool(text: str) -> PointsTo:
    """Whether a short text names a generator, else an editor."""
    return "generator" if GENERATORS.search(text) else "editor" if EDITORS.search(text) else ""
