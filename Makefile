# Two commands: `make demo` serves the page, `make test` passes the tests. Each makes the environment it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 7860
# Tests run in two processes; those of one file stay together, for they share their fixtures.
TWO := -n 2 --dist loadfile

.PHONY: demo test test-slow test-ray check format bench train train-audio clean
.DELETE_ON_ERROR:

demo: $(VENV)/.demo
	$(BIN)/python app.py --port $(PORT) $(ARGS)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not slow" $(TWO)

test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -m slow --timeout 1800

test-ray: $(VENV)/.ray
	$(BIN)/python -m pytest -m slow --timeout 1800 tests/test_eval_engine.py

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not slow" $(TWO)

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev
	$(BIN)/python -m eval.bench

# make train DATA=folder-with-faces.csv MORE=folder-of-repositories START=folder-of-imagenet-weights
train: $(VENV)/.training
	$(BIN)/python -m training.run training/recipes/image-ensemble.toml --data $(DATA) --more $(MORE) --start $(START)

# make train-audio DATA=folder-with-speech.csv MORE=folder-of-repositories START=folder-with-tiny.en.pt
train-audio: $(VENV)/.training
	$(BIN)/python -m training.run training/recipes/audio-mel-cnn.toml --data $(DATA) --more $(MORE) --start $(START) \
		--work runs/training-audio

# One stamp for each set of requirements, so that an unchanged set is not installed again.
$(VENV)/.demo: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ $(VENV)/.demo

$(VENV)/.ray: requirements-ray.txt $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-ray.txt
	touch $@

$(VENV)/.training: requirements-training.txt requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-training.txt
	touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
