from bot.nlu.learning.encoder import Encoder, EncoderError, Vectors, encoder  # noqa: F401
