"""The page in German: every text of `demo/words.py` said again, under the same name and with the same gaps.

`python app.py --language de` puts them in the place of the English ones. Numbers, colours and decisions stay there.
"""

from __future__ import annotations

from dataclasses import replace

from demo import words

LANGUAGE = "de"
TITLE = "Deepfake-Check"
EXAMPLE_NAME = "Beispiel"
ENLARGE = "Bild größer zeigen"
TAGLINE = (
    "Eine zweite Meinung zu Gesichtern auf Fotos und in Videos und zu aufgenommenen Stimmen. Sie gibt Hinweise, nie Beweise, "
    "und nichts, was Sie öffnen, verlässt den Rechner, auf dem diese Seite läuft."
)
IMAGE_TAB = "Bild"
VIDEO_TAB = "Video"
AUDIO_TAB = "Ton"
ABOUT_TAB = "Über"

SOUND_LABEL = "Aufnahme oder Video mit Ton"
SOUND_CHECK_BUTTON = "Aufnahme prüfen"
SOUND_SIZE = (
    "WAV, FLAC, MP3, Ogg, Opus, M4A, AAC, AMR, WebM oder MP4, bis zu {max_mb} MB und zwei Stunden. Hochgeladenes wird nach einer "
    "Stunde gelöscht. Für mehr gibt es das Terminal."
)
NO_SOUND = "Wählen Sie zuerst eine Aufnahme: Ziehen Sie eine auf das Feld, oder nehmen Sie eine mit dem Mikrofon auf."
SOUND_EMPTY_HEADLINE = "Noch keine Aufnahme geprüft"
SOUND_EMPTY_TEXT = (
    "Wählen Sie eine Aufnahme und drücken Sie „Aufnahme prüfen“. Sie sehen dann, wie stark die Hinweise auf eine künstliche "
    "oder umgewandelte Stimme sind, aus welchen Sekunden sie stammen und wie oft eine solche Antwort falsch ist."
)
SOUND_EXAMPLES_LABELS = {
    "real": "Oder probieren Sie es mit einer echten Stimme",
    "fake": "… oder mit einer, die eine Maschine gesprochen oder neu erzeugt hat",
}
STAGE_LISTENING = "Hört zu"
TIMELINE_HEADING = "Sekunde für Sekunde"
TIMELINE_CAPTION = (
    "Oben die Aufnahme als Spektrogramm: die Zeit von links nach rechts, tiefe Töne unten, laute hell. Darunter für jeden "
    "Abschnitt die Wahrscheinlichkeit einer gefälschten Stimme, orange ab der Schwelle; die gestrichelte Linie ist die "
    "Schwelle, der schattierte Teil ist nicht eindeutig. Grau ist, was nicht beurteilt wurde: Stille, Musik, Geräusche."
)
EXCERPTS_HEADING = "Wo es am ehesten gefälscht klang"
EXCERPTS_HEADING_CALM = "Die unsichersten Sekunden"
EXCERPT_PLAY = "{start} bis {end} abspielen"
ABOUT_THE_SOUND = "Anmerkungen zu dieser Aufnahme"
WHAT_WAS_HEARD = "Was gehört wurde"
SOUND_NETWORKS = "Was jedes Netz zum Ganzen sagt"

CLIP_LABEL = "Video: MP4, MOV, WebM, Matroska oder AVI"
CLIP_CHECK_BUTTON = "Video prüfen"
CLIP_CANCEL = "Anhalten"
CLIP_SIZE = "Bis zu {max_mb} MB, 4K und zwei Stunden. Hochgeladenes wird nach einer Stunde gelöscht. Für mehr gibt es das Terminal."
NO_CLIP = "Wählen Sie zuerst ein Video: Ziehen Sie eines auf das Feld."
NO_CLIP_DETECTOR = "Der Detektor, mit dem diese Seite gestartet wurde, beurteilt keine Videos."
CLIP_IS_SOUND = "Diese Datei enthält nur Ton. Öffnen Sie sie unter „Ton“."
CLIP_EMPTY_HEADLINE = "Noch kein Video geprüft"
CLIP_EMPTY_TEXT = (
    "Wählen Sie ein Video und drücken Sie „Video prüfen“. Betrachtet wird ein Bild je Sekunde, jede Person bekommt eine Linie "
    "über die Zeit, und der Ton wird neben den Gesichtern beurteilt."
)
CLIP_EXAMPLES_LABELS = {
    "real": "Oder probieren Sie es mit einem bewegten Porträt",
    "fake": "… oder mit einem, dessen Gesicht der Code dieses Projekts getauscht hat",
}
RATE_LABEL = "Betrachtete Bilder"
RATE_INFO = "Mehr Bilder finden kürzere Fälschungen und brauchen länger."
RATE_ONE, RATE_TWO, RATE_FIVE = "1 je Sekunde", "2 je Sekunde", "5 je Sekunde"
CLIP_FACES = "Gesichter"
CLIP_SOUND = "Ton"
ABOUT_THE_CLIP = "Anmerkungen zu diesem Video"
CLIP_TIMELINE_CAPTION = (
    "Für jede Person die Wahrscheinlichkeit eines gefälschten Gesichts, Bild für Bild, orange ab der Schwelle eines einzelnen "
    "Bildes; die gestrichelte Linie ist diese Schwelle, der schattierte Teil ist nicht eindeutig. In einer Lücke war die Person "
    "nicht zu sehen. Die Linie des Tons zeigt Abschnitte von vier Sekunden; grau ist, was nicht beurteilt wurde."
)
GALLERY_HEADING = "Die auffälligsten Bilder"
GALLERY_CALM = "Die unsichersten Bilder"
GALLERY_CAPTION = "Wo die örtlichen Werte der Netze hoch sind. Das ist kein Umriss dessen, was verändert wurde."
ANNOTATE_HEADING = "Kopie mit Markierungen"
ANNOTATE_INTRO = (
    "Eine Kopie des Videos mit einem Rahmen um jedes beurteilte Gesicht, seiner Wahrscheinlichkeit und der Zeit; der Ton bleibt. "
    "Für Videos von bis zu fünf Minuten; es dauert etwa halb so lange wie das Video."
)
ANNOTATE_BUTTON = "Kopie erstellen"
ANNOTATE_WORKING = "Zeichnet und kodiert"
ANNOTATE_NOTHING = "Prüfen Sie zuerst ein Video mit einem Gesicht; dann gibt es etwas zu zeichnen."
ANNOTATE_LABEL = "Kopie mit Markierungen"

PICTURE_LABEL = "Bild: JPEG, PNG oder WebP"
PICTURE_PLACEHOLDER = (
    "Bild hier ablegen\noder klicken, um eines zu wählen\n\n(Einfügen und Webcam: die Knöpfe darunter)"
)
CHECK_BUTTON = "Bild prüfen"
ADVANCED_LABEL = "Erweitert"
FINDER_LABEL = "Gesichtssuche"
FINDER_INFO = (
    "Sucht die Gesichter, die dann beurteilt werden. Übersieht eine ein Gesicht, findet es vielleicht eine andere."
)
FINDER_CHOICES = {
    "yunet": "YuNet: schnell, der Standard",
    "mtcnn": "MTCNN: langsamer, gut bei schrägem Blick",
    "haar": "Haar-Kaskade: der Klassiker; nur aufrechte Gesichter",
}
EXAMPLES_LABELS = {
    "real": "Oder probieren Sie es mit einem echten Porträt",
    "fake": "… oder mit einem, das der Code dieses Projekts verändert hat",
}
WAITING = "Wartet, bis Sie an der Reihe sind …"
LIME_FACE_LABEL = "Gesicht, das erklärt wird"
LIME_HEADING = "Warum dieser Wert?"
LIME_INTRO = (
    "Zwei Karten des Gesichts nebeneinander. Die Heatmap zeigt, wo die eigenen örtlichen Werte der Netze hoch sind. LIME verdeckt Teile des "
    "Gesichts auf Hunderte von zufälligen Arten, fragt jedes Mal die Netze erneut und errechnet, welche Teile den Endwert heben oder senken. Beide "
    "werden dann geprüft, indem das unscharf gemacht wird, worauf sie zeigen. Das dauert einige Sekunden."
)
LIME_BUTTON = "Dieses Gesicht erklären"
LIME_ALT = "Karte von LIME für Gesicht {number}: Orange Teile sprechen für eine Manipulation, blaue dagegen"
LIME_CAPTION = (
    "Orange Teile sprechen für eine Manipulation, blaue dagegen, bei diesem Bild und diesen Netzen. Die Stärke ist auf den "
    "stärksten Teil bezogen; wo der Wert niedrig ist, besagt auch der stärkste Teil wenig."
)
LIME_NOTHING = "Prüfen Sie zuerst ein Bild mit einem Gesicht; dann gibt es etwas zu erklären."
LIME_WORKING = "Verdeckt Teile des Gesichts und fragt die Netze erneut …"
LIME_FLAT = "Teile dieses Gesichts zu verdecken ändert den Wert kaum; LIME kann auf nichts zeigen."

NO_PICTURE = "Wählen Sie zuerst ein Bild: Ziehen Sie eines auf das Feld, fügen Sie es ein, oder nehmen Sie eines mit der Webcam auf."
EMPTY_HEADLINE = "Noch kein Bild geprüft"
EMPTY_TEXT = (
    "Wählen Sie ein Bild und drücken Sie „Bild prüfen“. Sie sehen dann, wie stark die Hinweise auf eine Manipulation sind, von "
    "welchem Gesicht sie stammen, wohin die Netze geschaut haben und wie oft eine solche Antwort falsch ist."
)
ERROR_HEADLINE = "Das konnte nicht geprüft werden"
CANCEL, STOPPED = "Abbrechen", "Abgebrochen."
STAGE_LOADING = "Lädt die Netze"
STAGE_LOOKING = "Sucht und beurteilt Gesichter"
STAGE_DRAWING = "Zeichnet, was gefunden wurde"

WHAT_WAS_LOOKED_AT = "Was betrachtet wurde"
ABOUT_THE_PICTURE = "Anmerkungen zu diesem Bild"
HOW_OFTEN_WRONG = "Wie oft das falsch ist"
WHO_SPOKE = "Welches Gesicht den Ausschlag gab"
DOWNLOAD_LABEL = "Diesen Bericht herunterladen"
DETAILS_LABEL = "Datei und Detektor"
FACES_HEADING = "Gesicht für Gesicht"
NETWORKS_HEADING = "Was jedes Netz sagt"
KIND_HEADING = "Welche Art von Manipulation"
HEAT_CAPTION = "Was die Netze verdächtig finden"
HEAT_LEGEND = ("wenig", "sehr")
LIME_LEGEND = ("dagegen", "dafür")
CROP_CAPTION = "Was die Netze sahen"
MANIPULATED = "manipuliert"
NOT_MANIPULATED = "nicht manipuliert"
SCALE_STEPS = ("Kein Hinweis", "Nicht eindeutig", "Schwach", "Mäßig", "Stark", "Sehr stark")
SCALE_ALT = "Stärke der Hinweise"
NOT_SCORED = "Dieses Gesicht wurde nicht bewertet."
NO_FACE_ADVICE = "Wenn Sie ein Gesicht sehen, wählen Sie unter „Erweitert“ eine andere Gesichtssuche, oder schneiden Sie das Bild enger zu."

SUBJECTS_NOTE = (
    "Die Netze wurden nur an Fotos von Menschen trainiert. Eine Zeichnung, eine Statue, eine Maske, eine Puppe oder ein Gesicht "
    "auf einem Plakat kann als Gesicht gefunden werden und jeden beliebigen Wert bekommen: Beachten Sie ihn dort nicht."
)

NETWORK_NAMES = {
    "xception": "Xception",
    "inception_v3": "InceptionV3",
    "resnet50": "ResNet50",
    "densenet121": "DenseNet121",
    "mel_cnn": "Log-Mel-CNN",
    "whisper_tiny": "Whisper-Encoder",
    "spectrum_cnn": "Feinspektrum-CNN",
}
KIND_NAMES = {
    "blend": "einem Gesicht, das in ein anderes Bild eingesetzt oder eingeblendet wurde",
    "generator": "einem Bild, das ein Generator erzeugt hat",
}
KIND_SHORT = {"blend": "Eingesetztes Gesicht", "generator": "Erzeugtes Bild"}

NO_SIGN = replace(
    words.NO_SIGN,
    headline="Kein Hinweis auf Manipulation gefunden",
    meaning="Der Wert liegt unter der Schwelle dieses Detektors. Das beweist nicht, dass das Bild echt ist: Arten der "
    "Manipulation, die er nie gesehen hat, kleine oder gut gemachte und solche, die starke Kompression verdeckt, können ihm "
    "entgehen.",
)
INCONCLUSIVE = replace(
    words.INCONCLUSIVE,
    headline="Nicht eindeutig",
    meaning="Der Wert liegt dort, wo dieser Detektor in seinen Entwicklungsdaten manipulierte Gesichter nicht von anderen "
    "unterscheiden konnte. Behandeln Sie dieses Bild als nicht beurteilt.",
)
WEAK = replace(
    words.WEAK,
    headline="Schwache Hinweise auf Manipulation",
    meaning="Der Wert liegt knapp über der Schwelle. Auch viele unveränderte Bilder sehen so aus; suchen Sie nach weiteren "
    "Hinweisen, bevor Sie danach handeln.",
)
MODERATE = replace(
    words.MODERATE,
    headline="Mäßige Hinweise auf Manipulation",
    meaning="Manipulierte Gesichter erreichen solche Werte deutlich häufiger als andere. Prüfen Sie die Quelle des Bildes.",
)
STRONG = replace(
    words.STRONG,
    headline="Starke Hinweise auf Manipulation",
    meaning="Unveränderte Gesichter erreichen in den Entwicklungsdaten selten so hohe Werte. Ein Beweis ist es dennoch nicht: "
    "Retusche, Filter und ungewöhnliche Kameras können die Ursache sein.",
)
VERY_STRONG = replace(
    words.VERY_STRONG,
    headline="Sehr starke Hinweise auf Manipulation",
    meaning="Unveränderte Gesichter erreichen in den Entwicklungsdaten kaum je so hohe Werte. Ein Beweis ist es dennoch nicht: "
    "Bei Bildern, die jenen nicht gleichen, kann sich der Detektor sicher sein und irren.",
)
NO_FACE = replace(
    words.NO_FACE,
    headline="Kein Gesicht gefunden",
    meaning="Dieser Detektor beurteilt nur Gesichter und kann daher über dieses Bild nichts sagen, weder Gutes noch Schlechtes.",
)
TOO_SMALL = replace(
    words.TOO_SMALL,
    headline="Zu klein für ein Urteil",
    meaning="Bei so wenigen Pixeln sind die Spuren einer Manipulation verloren. Suchen Sie eine größere Fassung des Bildes.",
)
NOT_JUDGED = replace(
    words.NOT_JUDGED,
    headline="Kein Urteil möglich",
    meaning="In dieser Datei gab es nichts, was bewertet werden konnte.",
)
NO_SPEECH = replace(
    words.NO_SPEECH,
    headline="Keine Sprache gefunden",
    meaning="Dieser Detektor beurteilt nur Stimmen. Er hat Musik, Geräusche oder andere Klänge gehört und kann nichts über sie "
    "sagen. Gesang gehört nicht zu dem, woran er trainiert wurde.",
)
SILENT = replace(
    words.SILENT,
    headline="Nur Stille",
    meaning="In dieser Aufnahme ist nichts laut genug, um beurteilt zu werden.",
)
TOO_SHORT = replace(
    words.TOO_SHORT,
    headline="Zu wenig Sprache für ein Urteil",
    meaning="Eine Sekunde Sprache ist das Mindeste, mehrere sind weit besser. Suchen Sie eine längere Aufnahme.",
)
BASELINE = replace(
    words.BASELINE,
    headline="Ein Vergleichswert, kein Hinweis",
    meaning="Das Vergleichsverfahren gibt {percent}. Es weiß nichts von Fälschungen; es zeigt nur, wie weit man ohne kommt.",
)
SOUND_MEANING = {
    0: "Der Wert liegt unter der Schwelle dieses Detektors. Das beweist nicht, dass die Stimme echt ist: Systeme von Arten, die "
    "er nie gehört hat, und Aufnahmen, die komprimiert oder über einen Lautsprecher abgespielt wurden, können ihm entgehen.",
    1: "Der Wert liegt dort, wo dieser Detektor in seinen Entwicklungsdaten künstliche Stimmen nicht von anderen unterscheiden "
    "konnte. Behandeln Sie diese Aufnahme als nicht beurteilt.",
    2: "Der Wert liegt knapp über der Schwelle. Auch viele echte Aufnahmen klingen für ihn so; suchen Sie nach weiteren "
    "Hinweisen, bevor Sie danach handeln.",
    3: "Künstliche und umgewandelte Stimmen erreichen solche Werte deutlich häufiger als echte. Rufen Sie die Person unter "
    "einer Nummer zurück, die Sie kennen.",
    4: "Echte Aufnahmen erreichen in den Entwicklungsdaten selten so hohe Werte. Ein Beweis ist es dennoch nicht: "
    "Rauschunterdrückung, starke Kompression und ungewöhnliche Mikrofone können die Ursache sein.",
    5: "Echte Aufnahmen erreichen in den Entwicklungsdaten kaum je so hohe Werte. Ein Beweis ist es dennoch nicht: Bei "
    "Aufnahmen, die jenen nicht gleichen, kann sich der Detektor sicher sein und irren.",
}
CLIP_MEANING = {
    0: "Der Wert liegt unter der Schwelle dieses Detektors. Das beweist nicht, dass das Video echt ist: Neuere Verfahren zum Gesichtstausch, "
    "Live-Filter und starke Kompression können ihm entgehen.",
    1: "Der Wert liegt dort, wo dieser Detektor in seinen Entwicklungsvideos getauschte Gesichter nicht von anderen "
    "unterscheiden konnte. Behandeln Sie dieses Video als nicht beurteilt.",
    2: "Der Wert liegt knapp über der Schwelle. Auch viele echte Videos sehen für ihn so aus; suchen Sie nach weiteren "
    "Hinweisen, bevor Sie danach handeln.",
    3: "Getauschte Gesichter erreichen solche Werte deutlich häufiger als echte.",
    4: "Echte Videos erreichen in den Entwicklungsdaten selten so hohe Werte. Ein Beweis ist es dennoch nicht: "
    "Schönheitsfilter, starke Kompression und abgefilmte Bildschirme können die Ursache sein.",
    5: "Echte Videos erreichen in den Entwicklungsdaten kaum je so hohe Werte. Ein Beweis ist es dennoch nicht: Bei Videos, die "
    "jenen nicht gleichen, kann sich der Detektor sicher sein und irren.",
}
NO_FACE_SEEN = replace(
    words.NO_FACE_SEEN,
    headline="Kein Gesicht gefunden",
    meaning="In den Bildern eines Videos werden nur Gesichter beurteilt; über diese lässt sich daher nichts sagen.",
)
TOO_FEW_FRAMES = replace(
    words.TOO_FEW_FRAMES,
    headline="Zu kurz für ein Urteil",
    meaning="Niemand ist in genügend der betrachteten Bilder zu sehen. Suchen Sie ein längeres Video, oder lassen Sie mehr Bilder "
    "je Sekunde betrachten.",
)

# ---- numbers ----

DECIMAL_MARK = ","
PERCENT, PERCENT_LEAST, PERCENT_MOST = "{n}\u202f%", "unter 1\u202f%", "über 99\u202f%"
DATE, DATE_AND_TIME = "%d.%m.%Y", "%d.%m.%Y, %H:%M Uhr (UTC%z)"
RANGE = "{low} bis {high}"
ESTIMATE = "{value} [{low}; {high}]"
IN_A_HUNDRED = ("keinen", "weniger als 1 von 100", "etwa {n} von 100")
FACES = ("ein Gesicht", "{n} Gesichter")

# ---- what was found, in sentences ----

FACE_SPOKE = {
    "none": "Kein Gesicht konnte bewertet werden (gefunden: {faces}).",
    "only": "Ein Gesicht wurde gefunden, und es gibt den Ausschlag.",
    "only_scored": "Gesicht 1 gibt den Ausschlag: Es ist das einzige von {n}, das bewertet werden konnte.",
    "first": "Gesicht 1 gibt den Ausschlag: Es ist das verdächtigste der {n} bewerteten Gesichter.",
    "many": "Je mehr Gesichter ein Bild zeigt, desto eher bekommt eines davon zufällig einen hohen Wert.",
}
FACES_LEFT_OUT = ("Ein Gesicht konnte nicht bewertet werden.", "{n} Gesichter konnten nicht bewertet werden.")
LOOKED_AT_NOTHING = "Das ganze Bild wurde nach Gesichtern abgesucht, und es wurde keines gefunden."
LOOKED_AT = (
    "Die Netze haben eine gesichtsähnliche Stelle betrachtet, das Quadrat um sie herum, und sonst nichts im Bild: nicht den "
    "Hintergrund, nicht die Bildunterschrift und nicht, woher die Datei stammt.",
    "Die Netze haben {n} gesichtsähnliche Stellen betrachtet, das Quadrat um jede herum, und sonst nichts im Bild: nicht den "
    "Hintergrund, nicht die Bildunterschrift und nicht, woher die Datei stammt.",
)
PLACES = (
    ("oben links", "oben in der Mitte", "oben rechts"),
    ("links in der Mitte", "in der Mitte", "rechts in der Mitte"),
    ("unten links", "unten in der Mitte", "unten rechts"),
)
PLACE = "{place}, {width} × {height} Pixel"
THRESHOLD_HEADING = "Wo würden Sie die Grenze ziehen?"
THRESHOLD_INTRO = (
    "Eine niedrigere Schwelle findet mehr Manipulationen und löst mehr Fehlalarme aus, eine höhere umgekehrt. Verschieben Sie den Regler, "
    "um zu sehen, was beides kostet. Das Ergebnis und die Dateien zum Behalten richten sich weiter nach der Schwelle des Detektors."
)
THRESHOLD_LABEL = "Schwelle in Prozent"
THRESHOLD_FALSE_ALARMS, THRESHOLD_MISSES = "Fehlalarme", "Übersehen"
THRESHOLD_FILE = {"image": "Dieses Bild", "video": "Diese Gesichter", "audio": "Diese Aufnahme"}
THRESHOLD_COST = {
    "image": "Bei {threshold}{own}: Von 100 echten Gesichtern der Entwicklungsbilder würden {flagged} gemeldet, von 100 manipulierten {missed} "
    "übersehen.",
    "video": "Bei {threshold}{own}: Von 100 echten Gesichtern der Entwicklungsvideos würden {flagged} gemeldet, von 100 manipulierten {missed} "
    "übersehen.",
    "audio": "Bei {threshold}{own}: Von 100 echten Stimmen der Entwicklungsaufnahmen würden {flagged} gemeldet, von 100 künstlichen {missed} "
    "übersehen.",
}
THRESHOLD_OWN = ", der Schwelle des Detektors"
OF_A_HUNDRED = ("keine", "nicht einmal 1", "etwa {n}", "mehr als 99", "alle")
THRESHOLD_SIDE = {
    "image": ("Dieses Bild würde mit {fake}{barely} nicht gemeldet.", "Dieses Bild würde mit {fake}{barely} gemeldet."),
    "video": (
        "Die Gesichter dieses Videos würden mit {fake}{barely} nicht gemeldet.",
        "Die Gesichter dieses Videos würden mit {fake}{barely} gemeldet.",
    ),
    "audio": (
        "Diese Aufnahme würde mit {fake}{barely} nicht gemeldet.",
        "Diese Aufnahme würde mit {fake}{barely} gemeldet.",
    ),
}
THRESHOLD_BARELY = (", knapp darunter,", ", knapp darüber,")
THRESHOLD_BAND = " Zwischen {low} und {high} lautet seine Antwort „nicht eindeutig“."
THRESHOLD_MEANING = {
    "image": "Ab {threshold} spricht dieser Detektor von Manipulation. Auf seinen Entwicklungsbildern gab es damit Fehlalarm bei "
    "{false_alarms} unveränderten Gesichtern, und bei {misses} manipulierten sah er nichts.{band} Bei Bildern anderer Art kann "
    "beides schlechter ausfallen.",
    "video": "Ab {threshold} spricht dieser Detektor von manipulierten Gesichtern. Bei seinen Entwicklungsvideos, bewegten "
    "Porträts, gab es damit Fehlalarm bei {false_alarms} unveränderten, und bei {misses} mit eingesetztem Gesicht sah er "
    "nichts.{band} Bei Videos anderer Art kann beides viel schlechter ausfallen.",
    "audio": "Ab {threshold} spricht dieser Detektor von Manipulation. Bei seinen Entwicklungsaufnahmen gab es damit Fehlalarm "
    "bei {false_alarms} echten Stimmen, und bei {misses} künstlichen hörte er nichts.{band} Bei Systemen, die er nie gehört "
    "hat, und am Telefon entgeht ihm mehr: siehe die Zahlen unter „Über“.",
}
HEARD_NOTHING = "Die Aufnahme dauert {length}; das ist zu kurz, um einen Abschnitt herauszuschneiden."
HEARD = (
    "Die Aufnahme dauert {length}. Zerlegt wurde sie in {windows} von etwa vier Sekunden, davon {n_scored} mit Sprache{rest}. "
    "Die Netze hören, wie es klingt, nicht, was gesagt wird, und wissen nicht, wessen Stimme es sein soll."
)
HEARD_WINDOWS = ("einen Abschnitt", "{n} überlappende Abschnitte")
HEARD_REST = (
    "; ausgelassen: {silent} mit Stille",
    "; ausgelassen: {other} ohne Sprache",
    "; ausgelassen: {silent} mit Stille und {other} ohne Sprache",
)
EXCERPT = "{start} bis {end}: {percent} manipuliert"
TIMELINE_ALT = "Zeitachse von {length}: Von {n} beurteilten Abschnitten erreichen {n_over} die Schwelle. Die verdächtigsten stehen darunter."
LISTENING = ("Hört zu: {done}", "Hört zu: {done} von {length}")
WATCHING = ("Sieht zu: {done}", "Sieht zu: {done} von {length}")
WATCHED = (
    "Das Video dauert {length}; {frames} betrachtet, und {people}. Eine Person ist ein Gesicht, das sich von Bild zu Bild gleich "
    "bleibt; nach einem Schnitt kann eine Person als zwei zählen."
)
WATCHED_FRAMES = ("ein Bild wurde", "{n} Bilder wurden")
WATCHED_NOBODY = "es wurde kein Gesicht gefunden"
WATCHED_PEOPLE = ("eine Person war zu sehen", "{n} Personen waren zu sehen")
CLIP_SPOKE = {
    "no_sound": "Die Gesichter geben den Ausschlag; das Video hat keinen Ton, der beurteilt werden konnte.",
    "sound_as_faces_undecided": "Der Ton gibt den Ausschlag: Bei den Gesichtern fiel keine Entscheidung.",
    "sound_as_faces_real": "Der Ton gibt den Ausschlag: Die Gesichter zeigen keinen Hinweis.",
    "sound_undecided": "Die Gesichter geben den Ausschlag; beim Ton fiel keine Entscheidung.",
    "same": "Gesichter und Ton sagen dasselbe.",
    "other": "Die Gesichter geben den Ausschlag; der Ton sagt etwas anderes.",
}
THE_PERSON, PERSON = "Die Person", "Person {n}"
PERSON_SEEN = (
    "Von {start} bis {end} zu sehen, in einem Bild.",
    "Von {start} bis {end} zu sehen, in {n} Bildern.",
)
PERSON_VOTES = {
    "none": "Keines konnte bewertet werden.",
    "all": "{votes} von {scored} stimmen für Fälschung.",
    "some": "{votes} von {scored} stimmen für Fälschung, {left} konnten nicht bewertet werden.",
}
PERSON_ALT = "{title} über die Zeit: Von {scored} bewerteten Bildern erreichen {over} die Schwelle."
MORE_PERSONS = (
    "Eine weniger verdächtige Person steht im Bericht zum Herunterladen.",
    "{n} weniger verdächtige Personen stehen im Bericht zum Herunterladen.",
)
FRAME_OF_PERSON = "{time}, Person {n}"
FRAME_ALT = "Heatmap des Gesichts bei {time}: je dunkler eine Stelle gefärbt ist, desto verdächtiger"
FRAME_RATE = "{rate} Bilder je Sekunde"
AGREE = (
    "Alle {n} Netze liegen an oder über der Schwelle: Sie sind sich einig.",
    "Alle {n} Netze liegen unter der Schwelle: Sie sind sich einig.",
)
ONE_AGREES = (
    "1 von {n} Netzen liegt wie der gemeinsame Wert an oder über der Schwelle; sie sind sich uneinig, lesen Sie das Ergebnis also mit Vorsicht.",
    "1 von {n} Netzen liegt wie der gemeinsame Wert unter der Schwelle; sie sind sich uneinig, lesen Sie das Ergebnis also mit Vorsicht.",
)
SOME_AGREE = (
    "{same} von {n} Netzen liegen wie der gemeinsame Wert an oder über der Schwelle; sie sind sich uneinig, lesen Sie das Ergebnis also mit Vorsicht.",
    "{same} von {n} Netzen liegen wie der gemeinsame Wert unter der Schwelle; sie sind sich uneinig, lesen Sie das Ergebnis also mit Vorsicht.",
)
LOOKS_LIKE = "Falls es manipuliert wurde, gleicht es am ehesten {kind}."
THE_FACE, FACE = "Das Gesicht", "Gesicht {n}"
MORE_FACES = (
    "Ein weniger verdächtiges Gesicht steht im Bericht zum Herunterladen.",
    "{n} weniger verdächtige Gesichter stehen im Bericht zum Herunterladen.",
)
PICTURE_ALT = "Das geprüfte Bild; umrandet und nummeriert: {faces}, das verdächtigste zuerst"
CROP_ALT = "Gesicht {n}, wie die Netze es sahen, aus dem Bild geschnitten"
HEAT_ALT = "Heatmap von Gesicht {n}: je dunkler eine Stelle gefärbt ist, desto verdächtiger finden die Netze sie"
BAR_KEY = "Die Linie markiert die Schwelle, {threshold}."
BAR_KEY_BAND = " Der schattierte Teil, {low} bis {high}, ist nicht eindeutig."
BAR_ALT = "{name}: {percent} manipuliert"
PICTURE_FILE = "{form}, {width} × {height} Pixel, {size}"
CHANNELS = {1: "mono", 2: "stereo"}
MORE_CHANNELS = "{n} Kanäle"
SIZE_LIMIT = (
    "Bis zu {max_mb} MB und 50 Megapixel. Hochgeladenes wird nach einer Stunde gelöscht. Für mehr gibt es das Terminal."
)
UNKNOWN_ERROR = "Etwas an dieser Datei war nicht zu verstehen."
THE_FILE = "die Datei"
ANNOTATE_UNJUDGED = "nicht beurteilt"
ANNOTATE_TOO_LONG = (
    "eine Kopie mit Markierungen gibt es von Videos von bis zu {minutes} Minuten; kürzen Sie das Video vorher."
)
REPORT_FILE, VERDICT_FILE, BATCH_FILE = "{stem}-bericht.{suffix}", "{stem}-ergebnis.{suffix}", "stapel"

# ---- about ----

LIMITS_HEADING = "Was der Detektor nicht kann"
LIMITS = (
    "Er kann nichts beweisen. Ein hoher Wert ist ein Grund, genauer hinzusehen, ein niedriger kein Freispruch.",
    "Er beurteilt nur Gesichter und Stimmen. Ein echtes Gesicht in einer falschen Szene, eine falsche Bildunterschrift oder ein "
    "altes Bild, das als neu ausgegeben wird, fallen ihm nicht auf, ebenso wenig eine echte Stimme, die so geschnitten ist, dass "
    "sie etwas anderes sagt.",
    "Über Stimmen weiß er weniger als über Gesichter: Bei Sprachsystemen, die er nie gehört hat, irrt er in einem guten Teil der "
    "Fälle. Die Zahlen unten sagen, wie oft.",
    "Er kennt die Manipulationen, an denen er trainiert wurde, und einige ähnliche. Jeden Monat erscheinen neue "
    "Generatoren, und Porträts der neuesten übersieht er meist.",
    "Für Videos wurde er an bewegten Porträts mit eingesetzten Gesichtern kalibriert; bei live getauschten Gesichtern riet er "
    "beinahe. Er betrachtet einzelne Bilder und weiß nicht, wie sich ein Gesicht bewegt oder ob die Lippen zum Ton passen.",
    "Kleine Gesichter, starke Kompression, Bildschirmfotos, Filter und kräftige Retusche schwächen ihn, in beide Richtungen.",
    "Er wurde an Sammlungen trainiert, in denen manche Gruppen von Menschen seltener sind als andere; seine Fehler sind ungleich "
    "verteilt, und er wurde nicht für jede Gruppe geprüft.",
    "Zeichnungen, Statuen, Puppen und Masken gehören nicht zu dem, woran er trainiert wurde. Was er zu ihnen sagt, bedeutet nichts.",
    "Nehmen Sie ihn nicht als einzigen Grund, jemanden zu beschuldigen, zu bestrafen oder auszuschließen.",
)
IS_HEADING = "Was der Detektor ist"
IS_TEXT = (
    "Mehrere kleine neuronale Netze betrachten jedes Gesicht, das in einem Bild gefunden wird. Ihre Werte werden gemittelt und an "
    "Entwicklungsbildern kalibriert, an denen kein Netz trainiert wurde; das verdächtigste Gesicht gibt den Ausschlag. In einem "
    "Video wird ein Bild je Sekunde betrachtet, und die verdächtigste Person gibt den Ausschlag, mit dem Mittel über ihre Bilder. "
    "Drei weitere Netze hören Aufnahmen in Abschnitten von vier Sekunden; das Mittel aller Abschnitte mit Sprache gibt den "
    "Ausschlag. Alles läuft auf diesem Rechner: Es gibt kein Konto, keine Nachverfolgung, kein Hochladen anderswohin, und Bilder "
    "werden nach einer Stunde gelöscht. Menschen allein erkennen solche Bilder etwa in der Hälfte der Fälle."
)
READING_HEADING = "Wie ein Wert zu lesen ist"
READING = (
    "„80\u202f% manipuliert“ heißt: Als manipulierte und unveränderte Gesichter gleich oft vorkamen, waren etwa 80 von 100 "
    "Gesichtern mit diesem Wert manipuliert. Wo Manipulationen selten sind, wie in den Fotos der meisten Menschen, sind es weit "
    "weniger.",
    "Die Worte folgen den Chancen: ab der Schwelle schwach; ab 3 zu 1 (75\u202f%) mäßig; ab 10 zu 1 (91\u202f%) stark; ab 30 zu 1 "
    "(97\u202f%) sehr stark. Unter der Schwelle: kein Hinweis gefunden. Im unentschiedenen Bereich: nicht eindeutig.",
    "Die Heatmap zeigt, wo die örtlichen Werte der Netze hoch sind. Sie ist kein Umriss dessen, was verändert wurde.",
    "Netze, die sich uneinig sind, ein Gesicht nahe der Mindestgröße oder viele Gesichter in einem Bild machen eine Antwort "
    "weniger sicher.",
)
CARD_HEADING = "Modellkarte"
CARD_HEADINGS = {"image": "Modellkarte: Bilder", "video": "Modellkarte: Videos", "audio": "Modellkarte: Stimmen"}
METRICS_HEADING = "Gemessen"
METRICS_NOTE = (
    "Jede Zahl stammt von Dateien der genannten Sammlung und Teilmenge; wo ein Intervall steht, ist es das zu 95\u00a0%. "
    "Andere Dateien ergeben andere Zahlen."
)
NO_METRICS = "Die Karte dieser Gewichte enthält keine Messungen."
DATA_HEADING = "Woran die Netze trainiert wurden"
LICENCE_HEADING = "Lizenzen"
NO_CARD = "Dies ist ein Vergleichsverfahren ohne Gewichte und daher ohne Modellkarte."
METRIC_COLUMNS = ("Sammlung", "Teilmenge", "Ebene", "Maß", "Wert", "95-%-Intervall", "Echt", "Gefälscht")
DATA_COLUMNS = ("Sammlung", "Lizenz", "Echt", "Gefälscht")
METRIC_NAMES = {
    "auc": "AUC",
    "eer": "Gleichfehlerrate",
    "ece": "Kalibrierungsfehler",
    "accuracy": "Trefferquote",
    "balanced_accuracy": "ausgew. Trefferquote",
    "false_alarm_rate": "Fehlalarme",
    "miss_rate": "Übersehene",
    "f1": "F1",
}
CARD_NAME, CARD_MADE, CARD_NETWORKS = "Name", "Erstellt", "Netze"
CARD_SEES, CARD_HEARS, CARD_JUDGES = "Sieht", "Hört", "Beurteilt"
CARD_THRESHOLD, CARD_ERRORS = "Schwelle", "Fehler"
MADE_AT = "{date}, Commit {commit}"
HEARS = "Abschnitte von {seconds} s bei {khz} kHz, ab {least} s Sprache"
SEES_FRAMES = "ein Bild je Sekunde; eine Person in mindestens {n} davon, durch {detector}"
SEES_FACES = "{size} × {size} Pixel von jedem Gesicht, ab {least} Pixeln"
WEIGHTS_LICENCE = "Der Code steht unter der MIT-Lizenz. Diese Gewichte stehen unter {licence}."

# ---- many files at once ----

BATCH_TAB = "Stapel"
BATCH_FILES_LABEL = "Bilder, Videos und Aufnahmen"
BATCH_FOLDER_BUTTON = "Ganzen Ordner hinzufügen"
BATCH_CHECK_BUTTON = "Alle prüfen"
BATCH_STOP = "Anhalten"
BATCH_SIZE = (
    "Bis zu {most} Dateien auf einmal, je {max_mb} MB. Eine Datei, die nicht gelesen werden kann, wird zu einer Zeile mit dem "
    "Grund. Für Tausende gibt es das Terminal: python -m detectors ORDNER --csv ZIEL."
)
BATCH_COLUMNS = (
    "Datei",
    "Art",
    "Ergebnis",
    "Wahrschein\u00adlichkeit",
    "Schwelle",
    "Warum, oder was sonst zu wissen ist",
)
BATCH_TABLE_LABEL = "Ergebnisse und Wahrscheinlichkeiten einer Manipulation, eine Zeile je Datei; ein Klick auf eine Überschrift sortiert"
BATCH_EMPTY = "Wählen Sie Dateien und drücken Sie „Alle prüfen“. Die Zeilen erscheinen, sobald sie fertig sind."
BATCH_NOTHING = "Wählen Sie zuerst Dateien: Ziehen Sie sie auf das Feld, oder fügen Sie einen Ordner hinzu."
BATCH_STOPPED = "Angehalten. Was fertig war, bleibt stehen."
KIND_WORDS = {"image": "Bild", "video": "Video", "audio": "Aufnahme"}
BATCH_PROGRESS = "Prüft Datei {n} von {total}: {name}"
BATCH_FILES = ("Eine Datei", "{n} Dateien")
BATCH_SUMMARY = (
    "{files} geprüft: {fake} mit Hinweisen auf Manipulation, {calm} ohne Hinweis, {undecided} unentschieden, {errors} nicht "
    "lesbar. In einem großen Stapel liegen einige unveränderte Dateien zufällig über der Schwelle: Sehen Sie sich jede an, bevor "
    "Sie danach handeln."
)
BATCH_TOO_MANY = (
    "{total} Dateien wurden gewählt; {most} können hier auf einmal geprüft werden. Nutzen Sie das Terminal: python -m detectors "
    "ORDNER --csv ZIEL."
)

# ---- the game ----

GAME_TAB = "Finde die Fälschung"
GAME_INTRO = (
    "Echt oder manipuliert? Sagen Sie, was Sie glauben; dann sehen Sie die Wahrheit und was der Detektor sagt. Alles hier gehört "
    "zum Projekt: einige Porträts und Stimmen und Fälschungen, die sein eigener Code daraus gemacht hat. Der Spielstand ist also "
    "ein Spiel und keine Messung."
)
GAME_KIND_LABEL = "Spielen mit"
GAME_KINDS = {"image": "Bildern", "audio": "Stimmen"}
GAME_SURE_LABEL = "Wie sicher sind Sie?"
GAME_SURE = ("Geraten", "Ziemlich sicher", "Ganz sicher")
GAME_REAL, GAME_FAKE = "Echt", "Manipuliert"
GAME_NEXT, GAME_AGAIN = "Nächste Runde", "Noch einmal spielen"
GAME_PICTURE_ALT = "Das Bild dieser Runde"
GAME_SOUND_LABEL = "Die Stimme dieser Runde"
GAME_SCORE_HEADING = "Bisheriger Stand"
GAME_PLAYERS = ("Sie", "Der Detektor", "Beide zusammen")
GAME_COLUMNS = ("Wer", "Richtig", "Anteil", "95-%-Intervall")
GAME_EMPTY = "Es gibt nichts zu spielen: Die Beispiele fehlen."
GAME_TRUTH = {False: "Es ist echt.", True: "Es ist manipuliert."}
GAME_RIGHT, GAME_WRONG = "Sie lagen richtig.", "Sie lagen falsch."
GAME_BOTH_NOTE = (
    "„Beide zusammen“ zählt Ihre Sicherheit und die Hinweise des Detektors zusammen. Wo der Detektor eine Datei nicht bewerten "
    "konnte, gilt er als nicht richtig, und Sie entscheiden allein."
)
GAME_ROUND = "Runde {n} von {total}"
GAME_STREAK = "{n} richtig in Folge."
GAME_UNSCORED = "Der Detektor konnte es nicht bewerten."
GAME_MODEL_SAID = (
    "Der Detektor gibt {percent} Wahrscheinlichkeit einer Manipulation, unter seiner Schwelle von {threshold}.",
    "Der Detektor gibt {percent} Wahrscheinlichkeit einer Manipulation, über seiner Schwelle von {threshold}.",
)
GAME_SUMMARY = {
    "image": "Alle {total} Runden sind gespielt: Sie {you}, der Detektor {model}, beide zusammen {both}. In veröffentlichten "
    "Studien liegen Menschen bei etwa {human} von 100 Bildern richtig (56 Arbeiten, Diel und andere, 2024); Raten ergibt 50.",
    "audio": "Alle {total} Runden sind gespielt: Sie {you}, der Detektor {model}, beide zusammen {both}. In veröffentlichten "
    "Studien liegen Menschen bei etwa {human} von 100 Stimmen richtig (56 Arbeiten, Diel und andere, 2024); Raten ergibt 50.",
}
GAME_RIGHT_OF = "{right} von {total}"
GAME_ROUNDS_LABEL = "Runden"
GAME_ROUNDS_NOTE = "Während eines Spiels gilt eine neue Zahl erst ab dem nächsten."
GAME_BROKEN = "Diese Datei ließ sich nicht prüfen, die Runde zählt daher nicht."
GAME_NOTHING_LEFT = "Es gibt nichts mehr zu spielen: Keine der Dateien lässt sich noch öffnen."
GAME_INTRO_OF_A_LIST = (
    "Echt oder manipuliert? Sagen Sie, was Sie denken, dann sehen Sie die Wahrheit und die Antwort des Detektors. Die Dateien stammen aus der "
    "Liste {name}: {held}. Jedes Spiel wird neu gezogen, mit ebenso vielen echten wie manipulierten Dateien. Den Angaben der Liste wird geglaubt, "
    "und niemand hat geprüft, ob der Detektor mit diesen Dateien trainiert wurde: Für eine Messung dient python -m eval.run."
)
GAME_HELD: dict[str, str] = {
    "image": "Bilder ({real} echt, {fake} manipuliert)",
    "audio": "Stimmen ({real} echt, {fake} manipuliert)",
}
GAME_AND = " und "
GAME_MADE_WITH, GAME_FROM = "Gemacht mit {method}.", "Aus {source}."

# ---- benchmarks ----

BENCH_TAB = "Messungen"
BENCH_INTRO = (
    "Jeder fertige Lauf, der gefunden wurde, wie python -m eval.run ihn geschrieben hat. „Gefälscht“ ist die positive Klasse, "
    "Intervalle sind 95\u202f% über Gruppen, und Läufe verschiedener Ebenen (Bild, Einzelbild, Video, Aufnahme) werden nie verglichen."
)
BENCH_NONE = (
    "In {folder} wurde kein fertiger Lauf gefunden. Machen Sie einen: python -m eval.run --dataset sample (prüft, dass es läuft), "
    "oder mit eigenen Daten; drücken Sie dann „Neu suchen“."
)
BENCH_ONE, BENCH_OTHER = "Lauf", "Daneben"
BENCH_NOTHING = "(keiner)"
BENCH_AGAIN = "Neu suchen"
BENCH_COLUMNS = (
    "Lauf",
    "Detektor",
    "Gemessen an",
    "Ebene",
    "Im Training gesehen",
    "Echt / gefälscht",
    "AUC",
    "Trefferquote",
    "F1",
    "EER",
)
BENCH_TABLE = "Alle Läufe"
BENCH_METRIC, BENCH_VALUE = "Maß", "Wert [95\u202f%]"
BENCH_BROKEN = "Dieser Lauf ist nicht lesbar: Seine result.json hat nicht die Form, die eval.run schreibt."
BENCH_COUNTS = "{real} echte und {fake} gefälschte, davon {scored} bewertet."
BENCH_TITLE = "{detector} auf {dataset}"
BENCH_FIGURE = "{figure}, {title}"
BENCH_ROBUSTNESS = "Robustheit gegen {kind}"
BENCH_MATRIX = "Matrix Training × Test: {name}"
BENCH_FIGURES = {
    "confusion": "Konfusionsmatrix",
    "roc": "ROC-Kurve",
    "det": "DET-Kurve",
    "precision_recall": "Präzision und Sensitivität",
    "histogram": "Histogramm der Werte",
    "reliability": "Zuverlässigkeitsdiagramm",
    "risk_coverage": "Risiko und Abdeckung",
    "methods": "Nach Art der Fälschung",
}
BENCH_METRICS = {
    "auc": "AUC",
    "accuracy": "Trefferquote",
    "balanced_accuracy": "Ausgewogene Trefferquote",
    "f1": "F1",
    "eer": "EER",
    "false_alarm_rate": "Fehlalarme",
    "miss_rate": "Übersehene",
    "average_precision": "Mittlere Präzision",
    "brier": "Brier-Wert",
    "ece": "ECE",
}

# ---- beside a verdict ----

PROVENANCE_HEADING = "Was die Datei selbst über ihre Herkunft sagt"
PROVENANCE_NOTE = "Nicht Teil des Werts. Jeder kann das schreiben, ändern oder entfernen."
PROVENANCE_NONE = "Nichts. Das ist üblich: Messenger und soziale Netzwerke entfernen es."
POINTS_TO = {
    "generator": "nennt einen Generator",
    "editor": "nennt ein Bearbeitungsprogramm",
    "camera": "nennt eine Kamera",
}
KEEP_LABEL = "Dieses Ergebnis behalten"
KEEP_PNG, KEEP_PDF = "Bildkarte (PNG)", "Bericht, eine Seite (PDF)"
PROBE_HEADING = "Ist es robust?"
PROBE_TOO_LONG = "Kopien werden nur von Videos von bis zu zwei Minuten gemacht; kürzen Sie das Video vorher."
PROBE_SOME_UNJUDGED = "Das Ergebnis ist in jeder Kopie dasselbe, die sich beurteilen ließ. Eine Kopie, die sich nicht beurteilen ließ, besagt nichts."
PROBE_ALL_UNJUDGED = "Keine der Kopien ließ sich beurteilen; wie robust das Ergebnis ist, weiß man also nicht."
PROBE_INTRO = {
    "image": "Dasselbe Bild wird als stark komprimiertes JPEG und in halber Größe gespeichert, und die Netze werden erneut gefragt. "
    "Kippt die Antwort dabei, beruht sie auf Spuren, die zu fein sind, um sich darauf zu verlassen.",
    "video": "Dasselbe Video wird als stark komprimiertes H.264 (CRF 35) und in halber Größe neu kodiert, ohne Ton, und die Gesichter in "
    "denselben Einzelbildern werden erneut beurteilt. Kippt die Antwort dabei, beruht sie auf Spuren, die zu fein sind, um sich darauf zu "
    "verlassen. Videos bis zu zwei Minuten; ein großes braucht eine Minute oder mehr.",
    "audio": "Dieselbe Aufnahme wird als MP3 mit 32 kbit/s gespeichert und durch eine Telefonleitung geschickt, und die Netze "
    "werden erneut gefragt. Kippt die Antwort dabei, beruht sie auf Spuren, die zu fein sind, um sich darauf zu verlassen.",
}
PROBE_BUTTON = "Neu speichern und erneut prüfen"
PROBE_COLUMNS = ("Kopie", "Wahrscheinlichkeit einer Manipulation", "Ergebnis")
PROBE_ORIGINAL = "Unverändert"
PROBE_COPIES = {
    "image": ("JPEG, Qualität 40", "Halbe Größe"),
    "video": ("H.264, CRF 35", "Halbe Größe"),
    "audio": ("MP3, 32 kbit/s", "Telefon, 8 kHz"),
}
PROBE_WORKING = "Speichert und prüft erneut"
PROBE_STABLE = "Das Ergebnis ist in jeder Kopie dasselbe."
PROBE_FLIPS = "Das Ergebnis ist nicht in jeder Kopie dasselbe; verlassen Sie sich also nicht darauf."
WHY_HEAT_NAME, WHY_LIME_NAME, WHY_BOTH_NAME = "Heatmap", "LIME", "Beide"
WHY_HEAT_CAPTION = "Heatmap: wo die örtlichen Werte der Netze hoch sind"
WHY_LIME_CAPTION = "LIME: welche Teile den Wert heben oder senken"
WHY_TEST_HEADING = "Erklären die Karten den Wert?"
HEAT_FLAT = "Die örtlichen Werte sind fast überall gleich; die Heatmap kann auf nichts zeigen."
MAPS_NOT_COMPARED = "Eine der beiden Karten kann auf nichts zeigen; sie lassen sich daher nicht vergleichen."
MAPS_COMPARED = (
    "Die beiden Karten zeigen auf verschiedene Stellen: Von dem Fünftel, das jede Karte als heißestes zeigt, haben beide {overlap} gemeinsam; "
    "der Zufall ergäbe 20\u202f%. Verlassen Sie sich auf eine Karte nur, wo ihre eigene Prüfung oben für sie spricht.",
    "Die beiden Karten stimmen zum Teil überein: Von dem Fünftel, das jede Karte als heißestes zeigt, haben beide {overlap} gemeinsam; der "
    "Zufall ergäbe 20\u202f%.",
    "Die beiden Karten zeigen auf dieselben Stellen: Von dem Fünftel, das jede Karte als heißestes zeigt, haben beide {overlap} gemeinsam; der "
    "Zufall ergäbe 20\u202f%.",
)
DELETION_GOOD = "Die Karte zeigt also, worauf dieser Wert beruht."
DELETION_BAD = "Die Karte erklärt diesen Wert also schlecht; lesen Sie nicht viel hinein."
DELETION = (
    "Geprüft: Wird das heißeste Fünftel der Karte weichgezeichnet, geht der Wert von {whole} auf {hot}, beim kältesten Fünftel auf "
    "{cold}. {so}"
)

# ---- the card and the page that a visitor keeps ----

STAMPS = {"real": "KEIN\nBEFUND", "fake": "HINWEISE\nGEFUNDEN", "undecided": "OFFEN"}
NEVER_PROOF = "Ein Wert ist ein Hinweis und nie ein Beweis."
PAGE_TITLE = "Deepfake-Check: Bericht"
PAGE_TITLE_OF = "{title}, {file}"
ROW_FILE, ROW_DIGEST, ROW_DIGEST_START, ROW_FORMAT, ROW_DETECTOR, ROW_DATE = (
    "Datei",
    "SHA-256",
    "SHA-256 beginnt",
    "Format",
    "Detektor",
    "Datum",
)
WEIGHTS = "{name}, Gewichte {digest}"
LASTS = "{file}, {length}"
FIRST_FRAME = "Das erste Bild"
SPECTROGRAM = "Spektrogramm, tiefe Töne unten"
NO_PROBABILITY = "Es gibt keine Wahrscheinlichkeit: Nichts in dieser Datei konnte bewertet werden."
CHOSEN = "Wie die Schwelle gewählt wurde: {source}"
OTHER_CARD = (
    "Der Ton wurde von einem eigenen Detektor beurteilt. Dies sind die Zahlen dessen, der die Gesichter beurteilt hat:"
)
STRONGEST_FRAME = "Was jedes Netz zum auffälligsten Bild sagt"
ROW_COLUMNS = {
    "image": ("Gesicht", "Rahmen in Pixeln", "Manipuliert", "Hinweise"),
    "video": ("Wer", "Wann", "Manipuliert", "Hinweise"),
    "audio": ("Pegel", "Wann", "Manipuliert", "Seite"),
}
BOX = "{x0}, {y0} bis {x1}, {y1}"
OVER, UNDER = "an oder über der Schwelle", "unter der Schwelle"
MORE = "und {n} weitere"
MISSING_GLYPHS = "□ steht für ein Zeichen, das hier nicht dargestellt werden kann."

# ---- what other rooms say; the first line that fits counts ----

MESSAGES = {
    # of a file
    "this is a folder; name a file in it, or give the folder to the batch command.": (
        "das ist ein Ordner; nennen Sie eine Datei darin, oder geben Sie den Ordner dem Befehl für viele Dateien."
    ),
    "there is no such file.": "diese Datei gibt es nicht.",
    "this is not an ordinary file.": "das ist keine gewöhnliche Datei.",
    "the file cannot be opened: {}.": "die Datei lässt sich nicht öffnen: {0}.",
    "the file name is not valid.": "der Dateiname ist nicht gültig.",
    "the file is empty.": "die Datei ist leer.",
    "the file is larger than {} MB, the limit for a picture.": (
        "die Datei ist größer als {0} MB, die Grenze für ein Bild."
    ),
    "the file is larger than {} MB, the limit for {}.": "die Datei ist größer als {0} MB, die Grenze für {1}.",
    "only JPEG, PNG and WebP pictures are opened; {}.": "hier werden nur Bilder als JPEG, PNG und WebP geöffnet; {0}.",
    "only {} are opened here; {}.": "hier werden nur {0} geöffnet; {1}.",
    "what it is could not be told": "was es ist, ließ sich nicht feststellen",
    "by its content this is {}": "dem Inhalt nach ist dies {0}",
    "videos": "Videos",
    "sound": "Ton",
    "files": "Dateien",
    "sound and videos with a sound track": "Ton und Videos mit Tonspur",
    "files that hold pictures, sound or video": "Dateien mit Bildern, Ton oder Video",
    "the {} is damaged or cut off and cannot be opened.": (
        "die Datei ({0}) ist beschädigt oder abgeschnitten und lässt sich nicht öffnen."
    ),
    "there was not enough memory to open this file.": "für diese Datei reicht der Arbeitsspeicher nicht.",
    "the video lasts {} minutes; the limit is {}. Cut it and try again.": (
        "das Video dauert {0} Minuten; die Grenze ist {1}. Kürzen Sie es, und versuchen Sie es noch einmal."
    ),
    "the {} lasts {} minutes; the limit is {}. Cut it and try again.": (
        "die Aufnahme dauert {1} Minuten; die Grenze ist {2}. Kürzen Sie sie, und versuchen Sie es noch einmal."
    ),
    # of a picture
    "The file is named {} but holds a {} picture.": "Die Datei heißt {0}, enthält aber ein Bild als {1}.",
    "there was not enough memory to decode this picture; make it smaller.": (
        "für dieses Bild reicht der Arbeitsspeicher nicht; verkleinern Sie es."
    ),
    "the {} picture is truncated or damaged; get the whole file.": (
        "das Bild ({0}) ist abgeschnitten oder beschädigt; besorgen Sie die ganze Datei."
    ),
    "the {} picture is damaged and cannot be decoded.": (
        "das Bild ({0}) ist beschädigt und lässt sich nicht dekodieren."
    ),
    "the picture has {} × {} pixels; the limit is {} megapixels and {} on a side. Make it smaller and try again.": (
        "das Bild hat {0} × {1} Pixel; die Grenze sind {2} Megapixel und {3} Pixel an einer Seite. Verkleinern Sie es, und "
        "versuchen Sie es noch einmal."
    ),
    "the picture has only {} × {} pixels, too few to hold a face.": (
        "das Bild hat nur {0} × {1} Pixel, zu wenige für ein Gesicht."
    ),
    "The picture is animated; only the first of {} frames was looked at.": (
        "Das Bild ist animiert; betrachtet wurde nur das erste von {0} Einzelbildern."
    ),
    "The face that spoke is out of focus, moved or smoothed. Genuine faces like that reach the threshold more often, so this score says little.": (
        "Das Gesicht, das den Ausschlag gab, ist unscharf, verwackelt oder geglättet. Auch echte Gesichter, die so aussehen, erreichen die Schwelle "
        "häufiger; dieser Wert besagt daher wenig."
    ),
    "{} faces were found; the {} largest were scored.": (
        "{0} Gesichter wurden gefunden; die {1} größten wurden bewertet."
    ),
    # of a video
    "the {} holds no moving pictures, only sound.": "die Datei ({0}) enthält keine bewegten Bilder, nur Ton.",
    "the video is in a format that cannot be decoded here; convert it to MP4 (H.264).": (
        "das Video hat ein Format, das hier nicht dekodiert werden kann; wandeln Sie es in MP4 (H.264) um."
    ),
    "the video has {} × {} pixels; the limit is 4K (4096 × 2304). Export a smaller copy.": (
        "das Video hat {0} × {1} Pixel; die Grenze ist 4K (4096 × 2304). Exportieren Sie eine kleinere Kopie."
    ),
    "the video says that it has {} × {} pixels; that holds no face.": (
        "das Video hat nach eigener Angabe {0} × {1} Pixel; darin hat kein Gesicht Platz."
    ),
    "at this rate more than {} frames would be looked at; lower the rate.": (
        "so würden mehr als {0} Bilder betrachtet; wählen Sie weniger Bilder je Sekunde."
    ),
    "reading this video takes too long; cut it, or convert it to MP4 (H.264).": (
        "dieses Video zu lesen dauert zu lange; kürzen Sie es, oder wandeln Sie es in MP4 (H.264) um."
    ),
    "not one frame of the video can be decoded; it is damaged, or it holds none.": (
        "kein einziges Bild des Videos lässt sich dekodieren; es ist beschädigt, oder es enthält keines."
    ),
    "The header promises {} s, but the file could be read up to {} s only; what came before that was judged.": (
        "Der Kopf der Datei verspricht {0} s, lesbar war sie nur bis {1} s; beurteilt wurde, was davor kam."
    ),
    "Parts of the video are damaged; what could be decoded was judged.": (
        "Teile des Videos sind beschädigt; beurteilt wurde, was sich dekodieren ließ."
    ),
    "In {} frames more than {} faces were found; the largest were scored.": (
        "In {0} Bildern wurden mehr als {1} Gesichter gefunden; die größten wurden bewertet."
    ),
    "The file holds sound only; it was judged as a recording.": (
        "Die Datei enthält nur Ton; sie wurde als Aufnahme beurteilt."
    ),
    "Sound: {}": "Ton: {0}",
    # of a recording
    "the {} has no sound track.": "die Datei ({0}) hat keine Tonspur.",
    "the sound is in a format that cannot be decoded here; convert it to WAV or MP3.": (
        "der Ton hat ein Format, das hier nicht dekodiert werden kann; wandeln Sie ihn in WAV oder MP3 um."
    ),
    "the file says that it has {} samples a second; {} to {} can be used.": (
        "die Datei hat nach eigener Angabe {0} Abtastwerte je Sekunde; möglich sind {1} bis {2}."
    ),
    "the file says that it has {} channels; 1 to {} can be used.": (
        "die Datei hat nach eigener Angabe {0} Kanäle; möglich sind 1 bis {1}."
    ),
    "decoding this file takes too long; convert it to WAV or cut it.": (
        "diese Datei zu dekodieren dauert zu lange; wandeln Sie sie in WAV um, oder kürzen Sie sie."
    ),
    "the sound is damaged and cannot be decoded.": "der Ton ist beschädigt und lässt sich nicht dekodieren.",
    "the file holds samples that are not numbers; it is damaged.": (
        "die Datei enthält Abtastwerte, die keine Zahlen sind; sie ist beschädigt."
    ),
    "the file holds no sound: not one sample could be decoded.": (
        "die Datei enthält keinen Ton: Kein einziger Abtastwert ließ sich dekodieren."
    ),
    "The file is damaged after {} s; what could be read before that was judged.": (
        "Die Datei ist nach {0} s beschädigt; beurteilt wurde, was davor lesbar war."
    ),
    "The header promises {} s, the file holds {} s; it may have been cut off.": (
        "Der Kopf der Datei verspricht {0} s, sie enthält {1} s; womöglich wurde sie abgeschnitten."
    ),
    # of a baseline
    "This is the brightness baseline, which knows nothing of forgery.": (
        "Dies ist das Vergleichsverfahren nach Helligkeit, das nichts von Fälschungen weiß."
    ),
    "This is the loudness baseline, which knows nothing of forgery.": (
        "Dies ist das Vergleichsverfahren nach Lautstärke, das nichts von Fälschungen weiß."
    ),
    # of a file's origin
    "What the file says of its origin was not read: {}": (
        "Was die Datei über ihre Herkunft sagt, wurde nicht gelesen: {0}"
    ),
    "The picture is larger than {} MB; its metadata was not read.": (
        "Das Bild ist größer als {0} MB; seine Metadaten wurden nicht gelesen."
    ),
    "The tags of the file were not read: {}": "Die Angaben in der Datei wurden nicht gelesen: {0}",
    "The metadata of the {} is damaged; what could be read of it is given.": (
        "Die Metadaten der Datei ({0}) sind beschädigt; genannt wird, was lesbar war."
    ),
    "A block of metadata ({}) is damaged; what it says may be incomplete.": (
        "Ein Block Metadaten ({0}) ist beschädigt; was er sagt, ist womöglich unvollständig."
    ),
    "The file holds more metadata than the {} MB that are read.": (
        "Die Datei enthält mehr Metadaten als die {0} MB, die gelesen werden."
    ),
    "The file says more of its origin; the first {} statements are given.": (
        "Die Datei sagt mehr über ihre Herkunft; genannt werden die ersten {0} Angaben."
    ),
    "C2PA manifests are not looked for in {}.": "Nach C2PA-Manifesten wird hier nicht gesucht: Dies ist {0}.",
    "C2PA manifests were not looked for: the package c2pa-python is not installed.": (
        "Nach C2PA-Manifesten wurde nicht gesucht: Das Paket c2pa-python ist nicht installiert."
    ),
    "The file points to a C2PA manifest on the net, which was not fetched; nothing is fetched from here.": (
        "Die Datei verweist auf ein C2PA-Manifest im Netz. Es wurde nicht geholt; von hier aus wird nichts geholt."
    ),
    "Whether a C2PA manifest is in the file could not be told: the place where it would stand is damaged.": (
        "Ob die Datei ein C2PA-Manifest enthält, ließ sich nicht feststellen: Die Stelle, an der es stünde, ist beschädigt."
    ),
    "The C2PA manifests are larger than {} MB and were not read.": (
        "Die C2PA-Manifeste sind größer als {0} MB und wurden nicht gelesen."
    ),
    "A C2PA manifest is in the file, but it is not laid out as it should be.": (
        "Die Datei enthält ein C2PA-Manifest, aber es ist nicht so aufgebaut, wie es sein soll."
    ),
    "The C2PA manifest is unaltered and its signature verifies, but no list of trusted signers is kept here: who signed it is the file's own word.": (
        "Das C2PA-Manifest ist unverändert und seine Signatur gültig, doch eine Liste vertrauenswürdiger Unterzeichner gibt es "
        "hier nicht: Wer unterzeichnet hat, sagt nur die Datei selbst."
    ),
    "A C2PA manifest is in the file, but it does not verify: {}. What it says proves nothing.": (
        "Die Datei enthält ein C2PA-Manifest, aber es lässt sich nicht bestätigen: {0}. Was es sagt, beweist nichts."
    ),
    "the file was changed after it was signed, or the manifest was taken from another file": (
        "Die Datei wurde nach dem Unterzeichnen geändert, oder das Manifest stammt aus einer anderen Datei"
    ),
    "no reason is given": "ein Grund ist nicht angegeben",
    "GPS coordinates are in the file": "GPS-Koordinaten stehen in der Datei",
    "software": "Software",
    "camera": "Kamera",
    "taken": "aufgenommen",
    "written": "geschrieben",
    "place": "Ort",
    "handler": "Handler",
    "encoder": "Encoder",
    "generation parameters": "Erzeugungsparameter",
    "made with": "gemacht mit",
    "signed by": "unterzeichnet von",
    "action": "Bearbeitung",
    "digital source type": "Art der digitalen Quelle",
    "digital source type of an ingredient": "Art der digitalen Quelle eines Bestandteils",
    "source": "Quelle",
    "PNG text": "PNG-Text",
    "container": "Container",
    # formats
    "WAV sound": "WAV-Ton",
    "FLAC sound": "FLAC-Ton",
    "MP3 sound": "MP3-Ton",
    "Ogg sound": "Ogg-Ton",
    "M4A sound": "M4A-Ton",
    "AAC sound": "AAC-Ton",
    "AMR sound": "AMR-Ton",
    "AIFF sound": "AIFF-Ton",
    "MP4 video": "MP4-Video",
    "WebM or Matroska video": "WebM- oder Matroska-Video",
    "AVI video": "AVI-Video",
    "a WAV sound": "WAV-Ton",
    "an FLAC sound": "FLAC-Ton",
    "an MP3 sound": "MP3-Ton",
    "an Ogg sound": "Ogg-Ton",
    "an M4A sound": "M4A-Ton",
    "an AAC sound": "AAC-Ton",
    "an AMR sound": "AMR-Ton",
    "an AIFF sound": "AIFF-Ton",
    "an MP4 video": "ein MP4-Video",
    "a WebM or Matroska video": "ein WebM- oder Matroska-Video",
    "an AVI video": "ein AVI-Video",
    "a JPEG": "ein JPEG",
    "a PNG": "ein PNG",
    "a WebP": "ein WebP",
    "a GIF": "ein GIF",
    "an HEIC photo": "ein HEIC-Foto",
    "an AVIF picture": "ein AVIF-Bild",
    "an RIFF file": "eine RIFF-Datei",
    "an SVG or XML text": "ein SVG- oder XML-Text",
    "a web page": "eine Webseite",
    "text": "Text",
    "a BMP picture": "ein BMP-Bild",
    "a TIFF picture": "ein TIFF-Bild",
    "a PDF": "ein PDF",
    "a playlist": "eine Abspielliste",
    "a ZIP archive": "ein ZIP-Archiv",
    "a gzip archive": "ein gzip-Archiv",
    "a Photoshop file": "eine Photoshop-Datei",
    "an icon": "ein Symbol (ICO)",
    "a JPEG 2000 picture": "ein JPEG-2000-Bild",
    "a JPEG XL picture": "ein JPEG-XL-Bild",
    "a program": "ein Programm",
    "a Git LFS pointer, not the picture itself": "ein Verweis von Git LFS, nicht das Bild selbst",
    # of the shipped cards
    "the calibrated probability that 5 % of dev photos reach, each kind of photo weighing the same, as they are and re-saved smaller, as JPEG 40 to 90 and one in four blurred": (
        "die kalibrierte Wahrscheinlichkeit, die 5\u202f% der Entwicklungsfotos erreichen, jede Art Foto gleich gewichtet, so wie "
        "sie sind und neu gespeichert: verkleinert, als JPEG 40 bis 90 und jedes vierte unscharf"
    ),
    "the calibrated probability that 5 % of unaltered clips of moving dev portraits reach, at crf 23 and 35 in equal parts": (
        "die kalibrierte Wahrscheinlichkeit, die 5\u202f% der unveränderten Videos bewegter Entwicklungsporträts erreichen, zu "
        "gleichen Teilen bei CRF 23 und 35"
    ),
    "the calibrated probability that 5 % of bona fide dev windows reach, collections weighing the root of their size, clean, through MP3 at 32 kbit/s, as telephone and through the whole chain of damage": (
        "die kalibrierte Wahrscheinlichkeit, die 5\u202f% der echten Entwicklungsabschnitte erreichen, Sammlungen nach der Wurzel "
        "ihrer Größe gewichtet, sauber, als MP3 mit 32 kbit/s, als Telefon und durch die ganze Kette von Schäden"
    ),
    "image": "Bild",
    "frame": "Einzelbild",
    "clip": "Aufnahme",
    "video": "Video",
    "file": "Datei",
    "test": "Test",
    "dev": "Entw.",
    "train": "Training",
    "all": "alle",
    "yes": "ja",
    "no": "nein",
    "unknown": "unbekannt",
    "both tests": "beide Tests",
    "training dev": "Entwicklungsteil des Trainings",
    "{} against {}": "{0} gegen {1}",
    "live face swaps in webcam clips": "Live-Gesichtstausch per Webcam",
    "newer methods and portraits of kept pages": "neuere Verfahren, vorbehaltene Seiten",
    "live face swaps in webcam clips, frames": "Live-Gesichtstausch per Webcam, Einzelbilder",
    "moving portraits at crf {}": "bewegte Porträts bei CRF {0}",
    "dev clips of moving portraits, crf{}, self-blend": "bewegte Porträts (Entw.), CRF {0}, self-blend",
    "dev clips of moving portraits, crf{}, {}": "bewegte Porträts (Entw.), CRF {0}, {1}",
    "speech as telephone": "Sprache als Telefon",
    "speech through MP3 at {} kbit/s": "Sprache als MP3 mit {0} kbit/s",
    "speech, unseen systems and speakers": "Sprache, fremde Systeme und Sprecher",
    "speech dev": "Sprache, Entwicklung",
    "speech dev, {}": "Sprache, Entwicklung, {0}",
    "training pairs, equalised": "Trainingspaare, angeglichen",
    "clean": "sauber",
    "telephone": "Telefon",
    "full": "volle Kette",
    "all damages": "alle Schäden",
    "eer, unseen systems": "EER, fremde Systeme",
    "eer, pages that nothing trains on": "EER, Demoseiten außerhalb des Trainings",
    "eer, copies": "EER, Kopien",
    "eer, copies by an unseen vocoder": "EER, Kopien eines fremden Vocoders",
    "eer, copies, unseen collections": "EER, Kopien, fremde Sammlungen",
    "eer of {} alone": "EER allein nach {0}",
    "rms": "RMS-Pegel",
    "dc": "Gleichanteil",
    "peak": "Spitzenpegel",
    "duration": "Dauer",
    "mean spectrum": "mittlerem Spektrum",
    "leading silence": "Stille am Anfang",
    "cut-off": "Grenzfrequenz",
    "auc {}": "AUC {0}",
    "AUC, served minus Keras float32": "AUC gegenüber Keras float32",
    "macro AUC, served minus Keras float32": "Makro-AUC gegen Keras",
    "research use": "für Forschung",
    "non-commercial research use": "für nichtkommerzielle Forschung",
    "photos mixed, research use": "Fotos gemischt, für Forschung",
    "research use; each in training/collected.repos.csv": "für Forschung; jede in training/collected.repos.csv",
    "research use; each in training/speech/pages.repos.csv": "für Forschung; jede in training/speech/pages.repos.csv",
    "MIT (collection), photos mixed, research use": "MIT (Sammlung), Fotos gemischt, für Forschung",
    "public domain": "gemeinfrei",
    "synthesised": "synthetisch",
    "Unsplash licence": "Unsplash-Lizenz",
    "copies by {}": "Kopien durch {0}",
    "voice joe of Piper, CC0": "Stimme „joe“ von Piper, CC0",
    "made from LibriSpeech, CC BY 4.0": "aus LibriSpeech gemacht, CC BY 4.0",
    "made from the bona fide recordings of this list, under their licences": (
        "aus den echten Aufnahmen dieser Liste gemacht, unter deren Lizenzen"
    ),
    "samples from a publication's demonstration page, research use": (
        "Proben von der Vorführseite einer Veröffentlichung, für Forschung"
    ),
    # of the sample
    "{}, official portrait": "{0}, offizielles Porträt",
    "Allison Smith, English": "Allison Smith, Englisch",
    "June Wallack, French": "June Wallack, Französisch",
    "Carlo Flora, Italian": "Carlo Flora, Italienisch",
    "face blended with a changed copy of itself": "Gesicht, gemischt mit einer veränderten Kopie seiner selbst",
    "another face aligned and blended in": "ein anderes Gesicht, angepasst und eingesetzt",
    "face replaced by a copy of 128 pixels, as many swappers make it": (
        "Gesicht, ersetzt durch eine Kopie von 128 Pixeln, wie viele Tauschprogramme es machen"
    ),
    "the prompt of {} taken apart and built again by {}": (
        "die Aufnahme von {0}, zerlegt und neu zusammengesetzt durch {1}"
    ),
    "HiFi-GAN vocoder": "den Vocoder HiFi-GAN",
    "WORLD vocoder": "den Vocoder WORLD",
    "Lyra, a neural codec": "den neuronalen Codec Lyra",
    "a sentence spoken by {}": "ein Satz, gesprochen von {0}",
    "a camera moves over the portrait of {}": "eine Kamera fährt über das Porträt von {0}",
    "a camera moves over a portrait of {} with another face blended in; a machine speaks": (
        "eine Kamera fährt über ein Porträt von {0} mit einem anderen, eingesetzten Gesicht; eine Maschine spricht"
    ),
    "two portraits side by side, the right one blended with a changed copy of itself": (
        "zwei Porträts nebeneinander, das rechte gemischt mit einer veränderten Kopie seiner selbst"
    ),
}
