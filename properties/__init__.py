"""The mathematics as properties: strategies, searches, claims, controls, symmetries."""
