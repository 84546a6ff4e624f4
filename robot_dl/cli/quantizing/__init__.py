"""Make an ONNX model smaller and faster, and measure what that costs."""
