/**
 * Must run before onnxruntime-node is loaded: with a global Float16Array (Node 24 and later) its binding reads f16
 * tensors as empty. Without one, f16 tensors are Uint16Array on every Node. See microsoft/onnxruntime PR 32323.
 */
Reflect.deleteProperty(globalThis, 'Float16Array');
