"""Writes the graph that the embedder runs: all-MiniLM-L6-v2 with whole numbers multiplied as they are.

uv run --with onnx python tools/minilm_graph.py PATH_OF_MODEL_ONNX

The installed model keeps its weights as int8 and multiplies them as float32. This graph has the same weights, by their
places in that file, and multiplies int8 with int8: a third of the time, a quarter of the memory. It is without what
only padded batches need. With it goes what the installed model makes of one sentence, so that a processor on which the
products overflow is found out. To be run again when the package with the model changes.
"""

import base64
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

DATA = Path(__file__).parents[1] / "memchat" / "providers" / "data"
LAYERS, HEADS, WIDTH, EPSILON = 6, 12, 384, 1e-12
MICROSOFT = "com.microsoft"
SENTENCE = (
    "My sister Anna moved to Lisbon in March 2024 because she found work there as a nurse, and I have visited her "
    "twice since then; can you tell me which of the two trips was the longer one?"
)


class Graph:
    """A graph in the making, with the weights of the installed model.

    Args:
        path: The installed model.
    """

    def __init__(self, path: Path) -> None:
        self._bytes = path.read_bytes()
        self._file = path.name
        source = onnx.load(path).graph
        self._weights = {weight.name: weight for weight in source.initializer}
        self._made_by = {output: node for node in source.node for output in node.output}
        self.products = [found for node in source.node if (found := self._product(node)) is not None]
        self._put: dict[str, onnx.TensorProto] = {}
        self.nodes: list[onnx.NodeProto] = []

    def _product(self, node: onnx.NodeProto) -> tuple[str, str] | None:
        """The int8 weights and the scales that a node multiplies by; none where it does something else."""
        scaled = self._made_by.get(node.input[1]) if node.op_type == "MatMul" else None
        cast = self._made_by.get(scaled.input[0]) if scaled is not None and scaled.op_type == "Mul" else None
        if scaled is None or cast is None or cast.input[0] not in self._weights:
            return None
        return cast.input[0], scaled.input[1]

    def weight(self, name: str) -> str:
        """A weight of the installed model, by its place in the file."""
        if name not in self._put:
            known = self._weights[name]
            at = self._bytes.find(known.raw_data)
            assert at >= 0
            put = onnx.TensorProto(name=name, data_type=known.data_type, data_location=TensorProto.EXTERNAL)
            put.dims.extend(known.dims)
            for key, value in (("location", self._file), ("offset", at), ("length", len(known.raw_data))):
                put.external_data.add(key=key, value=str(value))
            self._put[name] = put
        return name

    def scale(self, name: str) -> str:
        """Scales of the columns of a weight, in the one dimension that the product wants."""
        values = numpy_helper.to_array(self._weights[name]).ravel()
        self._put[name] = numpy_helper.from_array(values, name)
        return name

    def constant(self, name: str, value: np.ndarray) -> str:
        self._put[name] = numpy_helper.from_array(value, name)
        return name

    def add(self, kind: str, inputs: list[str], *outputs: str, domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs[0]

    def whole(self, values: str) -> list[str]:
        """`values` as whole numbers, with their scale and their zero."""
        outputs = [f"{values}_whole", f"{values}_scale", f"{values}_zero"]
        self.add("DynamicQuantizeLinear", [values], *outputs)
        return outputs

    def times(self, whole: list[str], place: int, output: str, bias: str = "") -> str:
        """Whole numbers times the weights of one of the products."""
        (values, scale, zero), (weights, scales) = whole, self.products[place]
        inputs = [values, self.weight(weights), scale, self.scale(scales), zero]
        inputs += ["", self.weight(bias)] if bias else []
        return self.add("MatMulIntegerToFloat", inputs, output, domain=MICROSOFT)

    def normal(self, values: str, name: str, output: str) -> str:
        inputs = [values, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        return self.add("LayerNormalization", inputs, output, axis=-1, epsilon=EPSILON)

    def rows(self, name: str, places: str) -> str:
        """Rows of one of the tables that tokens begin with."""
        row = self.add("Gather", [self.weight(f"{name}.weight_q"), places], f"{name}_row")
        scale = self.add("Gather", [self.weight(f"{name}.weight_scale"), places], f"{name}_row_scale")
        number = self.add("Cast", [row], f"{name}_number", to=TensorProto.FLOAT)
        return self.add("Mul", [number, scale], f"{name}_scaled")

    def model(self) -> onnx.ModelProto:
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, [1, "tokens"]) for name in ("input_ids", "places")
        ]
        output = helper.make_tensor_value_info("states", TensorProto.FLOAT, [1, "tokens", WIDTH])
        graph = helper.make_graph(self.nodes, "minilm", inputs, [output], list(self._put.values()))
        imports = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=imports, ir_version=8, producer_name="memchat")


def graph_of(path: Path) -> onnx.ModelProto:
    """The graph over the weights of the installed model."""
    graph = Graph(path)
    assert len(graph.products) == 6 * LAYERS
    tables = "inner.embeddings."
    tokens = graph.rows(f"{tables}word_embeddings", "input_ids")
    places = graph.rows(f"{tables}position_embeddings", "places")
    first = graph.constant("first", np.array(0, np.int64))
    kind = graph.add("Gather", [graph.weight(f"{tables}token_type_embeddings.weight"), first], "kind")
    placed = graph.add("Add", [graph.add("Add", [tokens, places], "placed"), kind], "begun")
    values = graph.normal(placed, f"{tables}LayerNorm", "layer_0")
    for layer in range(LAYERS):
        values = add_layer(graph, layer, values)
    return graph.model()


def add_layer(graph: Graph, layer: int, values: str) -> str:
    """One layer on top of `values`."""
    name, place, own = f"inner.encoder.layer.{layer}.", 6 * layer, f"layer_{layer}_"
    whole = graph.whole(values)
    seen = [
        graph.times(whole, place + at, own + part, f"{name}attention.self.{part}.bias")
        for at, part in enumerate(("query", "key", "value"))
    ]
    heeded = graph.add("MultiHeadAttention", seen, f"{own}heeded", domain=MICROSOFT, num_heads=HEADS)
    joined = graph.times(graph.whole(heeded), place + 3, f"{own}joined", f"{name}attention.output.dense.bias")
    first = graph.normal(
        graph.add("Add", [joined, values], f"{own}first"), f"{name}attention.output.LayerNorm", f"{own}normal"
    )
    wide = graph.times(graph.whole(first), place + 4, f"{own}wide")
    bent = graph.add("BiasGelu", [wide, graph.weight(f"{name}intermediate.dense.bias")], f"{own}bent", domain=MICROSOFT)
    narrow = graph.times(graph.whole(bent), place + 5, f"{own}narrow", f"{name}output.dense.bias")
    last = graph.add("Add", [narrow, first], f"{own}last")
    return graph.normal(last, f"{name}output.LayerNorm", "states" if layer == LAYERS - 1 else f"layer_{layer + 1}")


def main() -> None:
    path = Path(sys.argv[1])
    model = graph_of(path)
    tokenizer = Tokenizer.from_buffer((DATA / "minilm_tokenizer.json").read_bytes())
    tokenizer.no_padding()
    ids = tokenizer.encode(SENTENCE).ids
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    tokens = np.array([ids], np.int64)
    feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
    states = session.run(None, {entry.name: feed[entry.name] for entry in session.get_inputs()})[0][0]
    mean = base64.b64encode(states.mean(axis=0).astype("<f4").tobytes()).decode()
    helper.set_model_props(model, {"ids": " ".join(map(str, ids)), "mean": mean})
    (DATA / "minilm_graph.onnx").write_bytes(model.SerializeToString())


if __name__ == "__main__":
    main()
