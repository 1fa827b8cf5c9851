/** The only door to onnxruntime-node: everything else in the engine imports it from here. */
import './without-float16-array.ts';

export { InferenceSession, Tensor } from 'onnxruntime-node';
