"""What llama.cpp makes of our GGUF files, and what their own reader finds in them: JSON in, JSON out; called by "foreign".

The request names the text model (``model``), optionally the vision tower (``mmproj``) with a picture (``pixels``, RGB bytes row
by row, ``width``, ``height``), and gives ids (``prompt``), the format of the cache (``cache``), and ``texts`` to cut into tokens.
With ``around``, two texts, the model reads the picture between them.
"""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path
from typing import Any

import numpy
from gguf import GGMLQuantizationType, GGUFReader
from gguf.constants import GGUFValueType
from llama_cpp import Llama, llama_cpp, mtmd_cpp

CACHES = {"F32": 0, "F16": 1}
"""ggml's numbers for formats; llama.cpp's own choice for its cache is F16."""


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return what stands in the files, and what llama.cpp computes with them."""
    found: dict[str, Any] = {"model": read(request["model"])}
    mmproj = request.get("mmproj")
    if mmproj:
        found["mmproj"] = read(mmproj)
    model = Llama(
        request["model"],
        n_ctx=len(request["prompt"]) + 128,
        logits_all=True,
        n_threads=1,
        n_threads_batch=1,
        type_k=CACHES[request["cache"]],
        type_v=CACHES[request["cache"]],
        verbose=False,
    )
    model.eval(request["prompt"])
    found["logits"] = model.scores[: len(request["prompt"])].flatten().tolist()
    cut = [model.tokenize(text.encode(), add_bos=False, special=True) for text in request["texts"]]
    found["tokens"] = cut
    found["texts"] = [model.detokenize(ids, special=True).decode() for ids in cut]
    found["ends"] = [token for token in range(model.n_vocab()) if llama_cpp.llama_vocab_is_eog(model._model.vocab, token)]
    found["begins"] = [model.token_bos(), bool(llama_cpp.llama_vocab_get_add_bos(model._model.vocab))]
    if mmproj:
        found.update(encode(mmproj, model, request))
    return found


def read(path: str) -> dict[str, Any]:
    """Return keys with their values, tensors with shape, type and digest of their numbers, and the file's length."""
    reader = GGUFReader(path)
    return {
        "keys": {name: value(field) for name, field in reader.fields.items() if not name.startswith("GGUF.")},
        "tensors": {
            tensor.name: {
                "shape": [int(length) for length in reversed(tensor.shape)],
                "type": tensor.tensor_type.name,
                "first": numbers(tensor)[:4].tolist(),
                "end": int(tensor.data_offset + tensor.n_bytes),
            }
            for tensor in reader.tensors
        },
        "bytes": Path(path).stat().st_size,
    }


def value(field: Any) -> Any:
    """Return a key's value; of a long list what tells it from others."""
    found = field.contents()
    if isinstance(found, list) and len(found) > 1000:
        return [len(found), *found[:3], *found[-3:]]
    return found


def numbers(tensor: Any) -> numpy.ndarray:
    """Return a tensor's numbers as float32, flat."""
    if tensor.tensor_type == GGMLQuantizationType.BF16:
        return (tensor.data.view(numpy.uint16).flatten().astype(numpy.uint32) << 16).view(numpy.float32)
    return tensor.data.flatten().astype(numpy.float32)


def encode(mmproj: str, model: Llama, request: dict[str, Any]) -> dict[str, Any]:
    """Return the parts that mtmd makes of a picture, ids of text or the features of a frame, and what the model says next."""
    parameters = mtmd_cpp.mtmd_context_params_default()
    parameters.use_gpu = False
    parameters.print_timings = False
    parameters.n_threads = 1
    context = mtmd_cpp.mtmd_init_from_file(mmproj.encode(), model._model.model, parameters)
    if not context:
        raise RuntimeError(f"{mmproj}: mtmd does not open it")
    pixels = (ctypes.c_uint8 * len(request["pixels"]))(*request["pixels"])
    bitmap = mtmd_cpp.mtmd_bitmap_init(request["width"], request["height"], pixels)
    before, after = request.get("around", ["", ""])
    marker = before.encode() + mtmd_cpp.mtmd_default_marker() + after.encode()
    text = mtmd_cpp.mtmd_input_text(marker, len(marker), False, True)
    chunks = mtmd_cpp.mtmd_input_chunks_init()
    bitmaps = (mtmd_cpp.mtmd_bitmap_p_ctypes * 1)(bitmap)
    if mtmd_cpp.mtmd_tokenize(context, chunks, ctypes.byref(text), bitmaps, 1) != 0:
        raise RuntimeError("mtmd does not take the picture")
    count = mtmd_cpp.mtmd_input_chunks_size(chunks)
    parts = [part(context, mtmd_cpp.mtmd_input_chunks_get(chunks, index), model.n_embd()) for index in range(count)]
    logits = read_picture(context, model, chunks) if "around" in request else []
    mtmd_cpp.mtmd_input_chunks_free(chunks)
    mtmd_cpp.mtmd_bitmap_free(bitmap)
    mtmd_cpp.mtmd_free(context)
    return {"chunks": parts, "next": logits}


def read_picture(context: Any, model: Llama, chunks: Any) -> list[float]:
    """Return the logits behind the last of the parts."""
    inner = model._ctx.ctx
    llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(inner), True)
    past = ctypes.c_int()
    if mtmd_cpp.mtmd_helper_eval_chunks(context, inner, chunks, 0, 0, 512, True, ctypes.byref(past)) != 0:
        raise RuntimeError("llama.cpp does not read the picture")
    return llama_cpp.llama_get_logits_ith(inner, -1)[: model.n_vocab()]


def part(context: Any, chunk: Any, width: int) -> dict[str, Any]:
    """Return one of those parts."""
    if mtmd_cpp.mtmd_input_chunk_get_type(chunk) == mtmd_cpp.MTMD_INPUT_CHUNK_TYPE_TEXT:
        length = ctypes.c_size_t()
        ids = mtmd_cpp.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(length))
        return {"ids": ids[: length.value]}
    if mtmd_cpp.mtmd_encode_chunk(context, chunk) != 0:
        raise RuntimeError("mtmd does not encode a frame")
    count = mtmd_cpp.mtmd_input_chunk_get_n_tokens(chunk) * width
    return {"features": mtmd_cpp.mtmd_get_output_embd(context)[:count]}


def main() -> None:
    """Answer one request on standard input."""
    request = json.load(sys.stdin)
    try:
        found = answer(request)
    except Exception as error:  # noqa: BLE001 (the test decides what to make of a refusal)
        found = {"error": str(error)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
