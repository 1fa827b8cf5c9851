/**
 * The one table of error codes and the error classes that carry them.
 *
 * A code is stable and part of the contract: clients switch on it, docs/errors.md lists it, a test keeps both in
 * step. Classes say who can act; between processes only {@link WireError} travels and the class is rebuilt from the code.
 */

type Actor = 'request' | 'checkpoint' | 'graph' | 'session' | 'cancelled' | 'engine' | 'server';

interface CodeRow {
  /** HTTP status this code is answered with. */
  readonly status: number;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  readonly actor: Actor;
  /** One line for docs/errors.md. */
  readonly meaning: string;
}

const row = (status: number, actor: Actor, meaning: string, retryable = false): CodeRow => ({
  status,
  retryable,
  actor,
  meaning,
});

/** Every code Easel may answer with. Adding one: a row here and a line in docs/errors.md. */
export const ERROR_CODES = {
  body_required: row(400, 'request', 'The request has no body.'),
  bad_json: row(400, 'request', 'The body is not JSON.'),
  too_deep: row(400, 'request', 'The body is nested too deeply.'),
  bad_key: row(400, 'request', 'An object key that is never allowed, such as __proto__.'),
  wrong_type: row(422, 'request', 'A field has the wrong type.'),
  unknown_field: row(422, 'request', 'A field this request does not have.'),
  field_required: row(422, 'request', 'A required field is missing.'),
  out_of_range: row(422, 'request', 'A number is outside its limits.'),
  not_allowed: row(422, 'request', 'A value that is not among the allowed ones.'),
  prompt_too_long: row(422, 'request', 'The prompt is longer than the limit.'),
  bad_text: row(422, 'request', 'Text with NUL characters or lone surrogates.'),
  bad_name: row(422, 'request', 'A name that no file may have, or that leads out of its folder.'),
  name_taken: row(409, 'request', 'Something else already has this name.'),
  unknown_sampler: row(422, 'request', 'No sampler has this id.'),
  unknown_schedule: row(422, 'request', 'No schedule has this id.'),
  lora_not_found: row(422, 'request', 'No LoRA has the name in this tag.'),
  hypernetwork_not_found: row(422, 'request', 'No hypernetwork has the name in this tag.'),
  unknown_tag: row(422, 'request', 'The prompt has a tag of a kind nobody knows.'),
  unknown_wildcard: row(422, 'request', 'The prompt names a wildcard that is not there.'),
  wildcard_empty: row(422, 'request', 'A wildcard in the prompt has no line to draw.'),
  wildcard_cycle: row(422, 'request', 'Wildcards name each other in a circle.'),
  unknown_style: row(422, 'request', 'No style has this name.'),
  styles_invalid: row(422, 'request', 'The text cannot be read as a styles.csv.'),
  changed_elsewhere: row(409, 'request', 'Somebody else saved this text meanwhile.'),
  read_only: row(409, 'request', 'It belongs to another program and is only read.'),
  unknown_model: row(422, 'request', 'No model has this id.'),
  model_unusable: row(422, 'request', 'The model was found but cannot be used; the reason is in the message.'),
  no_model: row(409, 'request', 'There is no usable model yet.'),
  bad_axis: row(422, 'request', 'A value of an axis cannot be read, or does not fit.'),
  too_many_cells: row(422, 'request', 'A grid of more pictures than one may have.'),
  bad_cursor: row(422, 'request', 'The page cursor was not made by this server.'),
  unsupported_type: row(415, 'request', 'The content type is not accepted here.'),
  body_too_large: row(413, 'request', 'The body is larger than the limit.'),
  already_done: row(409, 'request', 'The job has already ended.'),
  would_not_fit: row(422, 'request', 'What is asked for needs more memory than the engine may take.'),
  queue_full: row(429, 'request', 'Too many jobs are waiting.', true),
  unknown_job: row(404, 'request', 'No job has this id.'),
  unknown_image: row(404, 'request', 'No picture has this id.'),
  unknown_grid: row(404, 'request', 'No grid has this id.'),
  not_found: row(404, 'request', 'There is nothing at this address.'),
  method_not_allowed: row(405, 'request', 'The address exists, the method does not.'),
  cross_site_blocked: row(403, 'request', 'The request came from another web site.'),
  host_not_allowed: row(421, 'request', 'The Host header is not one of this server.'),
  headers_too_large: row(431, 'request', 'The headers are larger or more than this server accepts.'),
  request_timeout: row(408, 'request', 'The request took too long to arrive.', true),
  bad_base64: row(422, 'request', 'The text is not base64.'),
  image_invalid: row(422, 'request', 'The file is not a picture of an accepted form.'),
  bad_request: row(400, 'request', 'The request is malformed.'),

  model_pending: row(503, 'checkpoint', 'The model has been found but not examined yet.', true),
  model_gone: row(409, 'checkpoint', 'The model file was removed or changed since it was listed.'),
  model_unavailable: row(503, 'checkpoint', 'The folder the model lies in cannot be reached now.', true),
  model_invalid: row(422, 'checkpoint', 'The file is not a readable checkpoint.'),
  pickle_unsafe: row(422, 'checkpoint', 'The file asks for code that no checkpoint needs; nothing of it was run.'),
  model_incomplete: row(422, 'checkpoint', 'The checkpoint lacks a tensor its family needs.'),
  model_unsupported: row(422, 'checkpoint', 'No family recognises this checkpoint.'),
  models_differ: row(422, 'checkpoint', 'These models cannot be merged: a tensor has another shape in each.'),
  model_incompatible: row(
    422,
    'checkpoint',
    'The file was made for another kind of model than the one it is used with.',
  ),
  model_unexpected: row(422, 'checkpoint', 'The checkpoint has a tensor of another shape, or one nobody reads.'),

  graph_invalid: row(500, 'graph', 'Easel built a graph that makes no sense.'),
  session_failed: row(500, 'session', 'The runtime refused a graph or a run.'),
  out_of_memory: row(507, 'session', 'Not enough memory for this job.', true),
  not_finite: row(500, 'session', 'The picture left the finite range (NaN or infinity).'),

  cancelled: row(409, 'cancelled', 'Somebody asked for this to stop.'),
  crashed_twice: row(500, 'engine', 'The engine died twice at this job.'),
  engine_lost: row(503, 'engine', 'The engine process is not there.', true),
  storage_unavailable: row(503, 'server', 'A folder cannot be read or written.', true),
  bad_setting: row(
    500,
    'server',
    'A flag or environment variable has a value that cannot be used; the server does not start.',
  ),
  refusing_open_bind: row(500, 'server', 'The server refuses to listen on the network without a password.'),
  port_in_use: row(500, 'server', 'Another program listens on the port; the server does not start.'),
  data_dir_in_use: row(500, 'server', 'Another server works on the same data folder; this one does not start.'),
  newer_data: row(500, 'server', 'The data folder was written by a newer version; the server does not start.'),
  internal: row(500, 'server', 'Something unforeseen; the log has the reference.'),
} as const satisfies Record<string, CodeRow>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What a refusal says beside its code. Every part is optional but useful. */
export interface ErrorDetails {
  /** Path of the field, e.g. `width`. */
  field?: string;
  /** The limit that was passed, or the list of allowed values. */
  limit?: unknown;
  /** What was given, shortened. */
  got?: unknown;
  /** The next thing to try. */
  hint?: string;
  /** Further facts, e.g. tensor name, expected and found shape. */
  [key: string]: unknown;
}

/** The only form in which an error crosses a process or a socket. */
export interface WireError {
  code: ErrorCode;
  message: string;
  details?: ErrorDetails;
}

/** Root of all our errors. `message` says what failed, where, expected, found, and what to try. */
export class StudioError extends Error {
  override readonly name: string = 'StudioError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  toWire(): WireError {
    return { code: this.code, message: this.message, details: this.details };
  }
}

/** The person asking can fix it. */
export class RequestError extends StudioError {
  override readonly name = 'RequestError';
}
/** The file is not what it should be. */
export class CheckpointError extends StudioError {
  override readonly name = 'CheckpointError';
}
/** Our code built nonsense. */
export class GraphError extends StudioError {
  override readonly name = 'GraphError';
}
/** The runtime or the device refused. */
export class SessionError extends StudioError {
  override readonly name = 'SessionError';
}
/** Somebody asked for the stop; not a failure. */
export class CancelledError extends StudioError {
  override readonly name = 'CancelledError';
}
/** The engine process died. */
export class EngineLostError extends StudioError {
  override readonly name = 'EngineLostError';
}

const CLASS_OF: Record<Actor, typeof StudioError> = {
  request: RequestError,
  checkpoint: CheckpointError,
  graph: GraphError,
  session: SessionError,
  cancelled: CancelledError,
  engine: EngineLostError,
  server: StudioError,
};

/** Rebuilds the class from a {@link WireError}; an unknown code becomes `internal`. */
export function fromWire(wire: WireError): StudioError {
  const code = Object.hasOwn(ERROR_CODES, wire.code) ? wire.code : 'internal';
  return new CLASS_OF[ERROR_CODES[code].actor](code, wire.message, wire.details ?? {});
}

/** Turns anything thrown into a {@link StudioError}, keeping the cause. */
export function toStudioError(thrown: unknown): StudioError {
  if (thrown instanceof StudioError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new StudioError('internal', message, {}, { cause: thrown });
}
