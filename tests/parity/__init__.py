"""The frozen assistant that is answered on two Pythons, to see that both answer alike."""
