"""Sub-styles by example: a classifier that learns them from a labelled collection.

    classifier = train_styles([hear(path, Bars()) for path in paths], labels)   # needs scikit-learn
    classifier.report.accuracy, classifier(hear(wip, Bars()))                   # cross-validated; {"psy": 0.8, …}

A trained classifier is arrays: it runs without scikit-learn, and says the same with every version of it.
"""

from patchpilot.tracks.styles.classifier import StyleClassifier, load_styles
from patchpilot.tracks.styles.report import StyleReport
from patchpilot.tracks.styles.training import train_styles

__all__ = ["StyleClassifier", "StyleReport", "load_styles", "train_styles"]
