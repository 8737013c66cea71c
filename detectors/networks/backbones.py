"""The four image networks: ImageNet architectures cut at a middle block, with a score for every patch.

Mid-level features say more about how a picture was made, and generalise better to unseen generators, than the last
layers do (Chai et al., "What makes fake images detectable?", ECCV 2020). A network ends in a 1×1 convolution with
two outputs, one head a kind of forgery: `blend` (a face pasted in) and `generator` (a synthesised picture). The
picture's logit is the mean of its patches' logits, so the patch map is the score itself and not a guess at it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

HEADS = ("blend", "generator")
HEAD_DROPOUT = 0.2

# Scaling of RGB in 0…255 as each set of starting weights expects it: (scale, offset) of keras.layers.Rescaling.
_MINUS_ONE_TO_ONE = (1 / 127.5, -1.0)
_CAFFE_MEAN_RGB = (1.0, [-123.68, -116.779, -103.939])  # ResNet50 v1; its BGR order is folded into conv1 at loading
_TORCH_STYLE = ([1 / (255 * s) for s in (0.229, 0.224, 0.225)], [-m / s for m, s in zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), strict=True)])  # fmt: skip


@dataclass(frozen=True)
class Architecture:
    """One network.

    Attributes:
        name: as the card says it.
        title: as people write it.
        application: its builder's name in `keras.applications`.
        cut: layer whose output the heads read.
        scaling: (scale, offset) applied to RGB in 0…255 inside the graph.
        starts_bgr: its published ImageNet weights expect BGR, so the first kernel is flipped when they are loaded.
        head_norm: batch normalisation before the heads.
    """

    name: str
    title: str
    application: str
    cut: str
    scaling: tuple[Any, Any]
    starts_bgr: bool = False
    head_norm: bool = False

    def build(self, size_px: int) -> keras.Model:
        """The network for square crops.

        Input: float32 (n, size, size, 3), RGB in 0…255. Outputs: `logits` (n, 2) and `patch_logits`
        (n, rows, columns, 2), in the order of `HEADS`; the first is the mean of the second.
        """
        import keras

        keras.backend.clear_session()  # layer names, and with them `cut`, count from the first network built
        base = self._backbone(size_px)
        inputs = keras.Input((size_px, size_px, 3), name="pixels_rgb")
        scale, offset = self.scaling
        trunk = keras.Model(base.input, base.get_layer(self.cut).output, name="trunk")
        x = trunk(keras.layers.Rescaling(scale, offset, name="scaling")(inputs))
        if self.head_norm:
            x = keras.layers.BatchNormalization(name="head_norm")(x)
        x = keras.layers.Activation("relu", name="head_relu")(x)
        x = keras.layers.SpatialDropout2D(HEAD_DROPOUT, name="head_dropout")(x)
        patches = keras.layers.Conv2D(len(HEADS), 1, name="patch_logits", dtype="float32")(x)
        logits = keras.layers.GlobalAveragePooling2D(name="logits", dtype="float32")(patches)
        return keras.Model(inputs, {"logits": logits, "patch_logits": patches}, name=self.name)

    def load_start(self, model: keras.Model, file: str) -> None:
        """Copies ImageNet weights (`include_top=False`, Keras `.weights.h5`) into the trunk below the cut."""
        import numpy as np

        donor = self._backbone(128)
        donor.load_weights(file)
        trunk = model.get_layer("trunk")
        flip = self.starts_bgr
        for layer in trunk.layers:
            values = donor.get_layer(layer.name).get_weights()
            if flip and values and values[0].ndim == 4:
                values[0] = np.ascontiguousarray(values[0][:, :, ::-1])
                flip = False
            layer.set_weights(values)

    def _backbone(self, size_px: int) -> keras.Model:
        import keras

        keras.backend.clear_session()
        make: Callable[..., keras.Model] = getattr(keras.applications, self.application)
        return make(include_top=False, weights=None, input_shape=(size_px, size_px, 3))


ARCHITECTURES = {
    a.name: a
    for a in (
        Architecture("xception", "Xception", "Xception", "add_3", _MINUS_ONE_TO_ONE),
        Architecture("inception_v3", "InceptionV3", "InceptionV3", "mixed4", _MINUS_ONE_TO_ONE),
        Architecture("resnet50", "ResNet50", "ResNet50", "conv4_block2_out", _CAFFE_MEAN_RGB, starts_bgr=True),
        Architecture("densenet121", "DenseNet121", "DenseNet121", "conv4_block8_concat", _TORCH_STYLE, head_norm=True),
    )
}
