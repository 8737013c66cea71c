"""Speech: from recordings to the weights of the audio detector."""
