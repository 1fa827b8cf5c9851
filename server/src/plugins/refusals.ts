/**
 * From whatever a request went wrong with to one StudioError: what a schema says, what Fastify says, what was thrown.
 *
 * The form of the answer is not made here: plugins/errors.ts does that for our API, routes/sdapi for the WebUI's.
 */
import {
  ERROR_CODES,
  RequestError,
  toStudioError,
  type ErrorCode,
  type ErrorDetails,
  type StudioError,
} from '@easel/shared/errors';
import type { FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { nearest } from '../services/near-names.ts';

/** A zod issue as the type provider hands it on: the rest of the issue is in `params`. */
interface Issue {
  keyword: string;
  instancePath: string;
  message?: string;
  params: Record<string, unknown>;
}

/** The parts of a JSON Schema that answers are made of. */
interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
}

type Part = 'body' | 'querystring' | 'params';

const SHOWN_LENGTH = 100;
/** Fields whose length has a code of its own. */
const PROMPTS = new Set(['prompt', 'negativePrompt', 'negative_prompt']);

const known = new WeakMap<object, JsonSchema>();
/** What a query's text becomes is what its limits are about, hence the side of the schema. */
const toJsonSchema = (schema: unknown, part: Part): JsonSchema => {
  if (!(schema instanceof z.ZodType)) return {};
  const found = known.get(schema);
  if (found !== undefined) return found;
  const io = part === 'body' ? 'input' : 'output';
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema;
  known.set(schema, made);
  return made;
};

const variantsOf = (schema: JsonSchema): JsonSchema[] => [
  schema,
  ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(variantsOf),
];

const fieldsOf = (schema: JsonSchema): string[] => [
  ...new Set(variantsOf(schema).flatMap(({ properties }) => Object.keys(properties ?? {}))),
];

/** What the schema says of one field. */
const schemaAt = (schema: JsonSchema, path: readonly string[]): JsonSchema => {
  const [first, ...rest] = path;
  if (first === undefined)
    return variantsOf(schema).find(({ type }) => type !== undefined && type !== 'null') ?? schema;
  for (const { properties, items } of variantsOf(schema)) {
    const next =
      properties !== undefined && Object.hasOwn(properties, first)
        ? properties[first]
        : /^\d+$/.test(first)
          ? items
          : undefined;
    if (next !== undefined) return schemaAt(next, rest);
  }
  return {};
};

const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (parent, key) =>
      typeof parent === 'object' && parent !== null && Object.hasOwn(parent, key)
        ? (parent as Record<string, unknown>)[key]
        : undefined,
    value,
  );

/** What was given, short enough to be repeated. */
const show = (value: unknown): unknown => {
  if (typeof value === 'string') return value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}…` : value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return value;
};

const numberLimit = ({ minimum, maximum, multipleOf }: JsonSchema): Record<string, number> | undefined => {
  const limit = {
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(multipleOf === undefined || multipleOf === 1 ? {} : { multipleOf }),
  };
  return Object.keys(limit).length === 0 ? undefined : limit;
};

const describeNumbers = (field: string, { type, minimum, maximum, multipleOf }: JsonSchema): string => {
  const kind = type === 'integer' ? 'a whole number' : 'a number';
  const range =
    minimum !== undefined && maximum !== undefined
      ? ` from ${minimum} to ${maximum}`
      : minimum !== undefined
        ? ` of at least ${minimum}`
        : maximum !== undefined
          ? ` of at most ${maximum}`
          : '';
  const grid = multipleOf !== undefined && multipleOf !== 1 ? `, a multiple of ${multipleOf}` : '';
  return `${field} must be ${kind}${range}${grid}.`;
};

/** The values a field may have, where they can be listed. */
const allowedOf = (schema: JsonSchema): unknown[] =>
  variantsOf(schema).flatMap((variant) => variant.enum ?? (variant.const === undefined ? [] : [variant.const]));

const PLAIN_NAMES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

const refuse = (code: ErrorCode, message: string, details: ErrorDetails): RequestError =>
  new RequestError(code, message, details);

const unknownFields = (issue: Issue, path: readonly string[], schema: JsonSchema): RequestError => {
  const [key = ''] = issue.params['keys'] as string[];
  const shown = key.slice(0, SHOWN_LENGTH);
  const fields = fieldsOf(path.length === 0 ? schema : schemaAt(schema, path));
  const near = nearest(key, fields, 1)[0];
  return refuse('unknown_field', `There is no field "${shown}".`, {
    field: [...path, shown].join('.'),
    limit: fields,
    got: shown,
    hint: near === undefined ? `The fields are ${fields.join(', ')}.` : `Did you mean ${near}?`,
  });
};

const missing = (field: string, schema: JsonSchema): RequestError => {
  const allowed = allowedOf(schema);
  return refuse('field_required', `${field} is missing.`, {
    field,
    ...(allowed.length === 0 ? {} : { limit: allowed }),
    hint:
      allowed.length === 0
        ? `Add ${field}, ${PLAIN_NAMES[schema.type ?? ''] ?? 'a value'}.`
        : `Add ${field}: ${allowed.join(' or ')}.`,
  });
};

const notAllowed = (field: string, value: unknown, allowed: unknown[]): RequestError => {
  const near = typeof value === 'string' ? nearest(value, allowed.map(String), 1)[0] : undefined;
  return refuse('not_allowed', `${field} must be one of ${allowed.join(', ')}.`, {
    field,
    limit: allowed,
    got: show(value),
    hint: near === undefined ? `One of ${allowed.join(', ')}.` : `Did you mean ${near}?`,
  });
};

const outOfRange = (field: string, value: unknown, schema: JsonSchema): RequestError => {
  if (typeof value === 'string' && schema.type === 'string') {
    const limit = {
      ...(schema.minLength === undefined ? {} : { minimum: schema.minLength }),
      ...(schema.maxLength === undefined ? {} : { maximum: schema.maxLength }),
    };
    const code = PROMPTS.has(field) ? 'prompt_too_long' : 'out_of_range';
    return refuse(
      code,
      `${field} has ${value.length} characters; ${schema.minLength ?? 0} to ${schema.maxLength ?? 'any number'} are allowed.`,
      {
        field,
        limit: PROMPTS.has(field) ? schema.maxLength : limit,
        got: value.length,
        hint: 'Shorten the text.',
      },
    );
  }
  const sentence = describeNumbers(field, schema);
  return refuse('out_of_range', sentence, {
    field,
    limit: numberLimit(schema),
    got: show(value),
    hint: sentence.replace(`${field} must be`, 'Send'),
  });
};

/** What helps where a schema's own check fails, by its code. */
const CUSTOM_HINTS: Partial<Record<ErrorCode, string>> = {
  bad_text: 'Take such characters out; every script and emoji is fine.',
  bad_name: 'Use letters, digits, spaces, dots, hyphens and underscores; folders with forward slashes.',
};

/** The schema of the kind of request that was meant: of several kinds the one whose `type` was sent, or may be left out. */
const kindOf = (schema: JsonSchema, given: unknown): JsonSchema => {
  const kinds = variantsOf(schema).filter(({ properties }) => properties?.['type']?.const !== undefined);
  const type = valueAt(given, ['type']);
  const meant = kinds.find(({ properties }) => {
    const own = properties?.['type'];
    return type === undefined ? own?.default !== undefined : own?.const === type;
  });
  return meant ?? schema;
};

/** One issue, as our codes have it. */
const fromIssue = (issue: Issue, part: Part, given: unknown, schema: JsonSchema): RequestError => {
  const path = issue.instancePath.split('/').filter((step) => step !== '');
  const field = path.join('.');
  const value = valueAt(given, path);
  const own = schemaAt(schema, path);
  if (issue.keyword === 'unrecognized_keys') return unknownFields(issue, path, schema);
  if (path.length === 0 && part === 'body' && (value === null || value === undefined)) {
    return refuse('body_required', 'The request has no body.', {
      hint: `Send a JSON object with ${fieldsOf(schema).slice(0, 3).join(', ')}…`,
    });
  }
  const custom = (issue.params['params'] as { code?: unknown } | undefined)?.code;
  if (typeof custom === 'string' && Object.hasOwn(ERROR_CODES, custom)) {
    const code = custom as ErrorCode;
    return refuse(code, `${field}: ${ERROR_CODES[code].meaning}`, {
      field,
      got: show(value),
      hint: CUSTOM_HINTS[code] ?? 'Send another value.',
    });
  }
  if (value === undefined) return missing(field, own);
  const allowed = allowedOf(own);
  switch (issue.keyword) {
    case 'invalid_value':
    case 'invalid_union':
      if (allowed.length > 0 && typeof value === typeof allowed[0]) return notAllowed(field, value, allowed);
      break;
    case 'too_small':
    case 'too_big':
    case 'not_multiple_of':
      return outOfRange(field, value, own);
    case 'invalid_type':
      // A number, but none of ours: 1.5 where a whole one is meant, or beyond what a double holds.
      if (typeof value === 'number' && (own.type === 'integer' || own.type === 'number'))
        return outOfRange(field, value, own);
      break;
    case 'invalid_format':
    case 'custom':
      return refuse('not_allowed', `${field}: ${issue.message ?? 'this value is not allowed'}.`, {
        field,
        got: show(value),
      });
  }
  const expected = PLAIN_NAMES[own.type ?? (issue.params['expected'] as string)] ?? 'something else';
  const subject = field === '' ? `The ${part}` : field;
  return refuse('wrong_type', `${subject} must be ${expected}.`, {
    ...(field === '' ? {} : { field }),
    limit: expected,
    got: show(value),
    hint: `Send ${expected}.`,
  });
};

/** The issue people should hear of first: a misspelt field explains the missing one. */
const fromValidation = (
  error: { validation: Issue[]; validationContext?: string | undefined },
  request: FastifyRequest,
): RequestError => {
  const part = (error.validationContext ?? 'body') as Part;
  const issue = error.validation.find(({ keyword }) => keyword === 'unrecognized_keys') ?? error.validation[0];
  if (issue === undefined) return refuse('bad_request', 'The request is malformed.', {});
  const given = part === 'body' ? request.body : part === 'params' ? request.params : request.query;
  const schema = toJsonSchema(request.routeOptions.schema?.[part], part);
  return fromIssue(issue, part, given, kindOf(schema, given));
};

interface FrameworkError extends Error {
  code?: string;
  statusCode?: number;
}

const fromFramework = (error: FrameworkError, request: FastifyRequest): StudioError => {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': {
      const limit = request.routeOptions.bodyLimit;
      const length = Number(request.headers['content-length']);
      return refuse('body_too_large', `The body is larger than ${limit} bytes.`, {
        limit,
        ...(Number.isFinite(length) ? { got: length } : {}),
        hint: 'Send less.',
      });
    }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedType(request.headers['content-type']);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return refuse('bad_request', 'The body does not have the length its header says.', { field: 'content-length' });
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return refuse('bad_request', 'The address cannot be read.', {
        hint: 'Encode special characters as UTF-8 and percent signs as %25.',
      });
    default:
      if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
        return refuse('bad_request', 'The request is malformed.', {});
      return toStudioError(error);
  }
};

/** What stands in for a content type that is not taken. */
export const unsupportedType = (contentType: string | undefined): RequestError =>
  refuse(
    'unsupported_type',
    contentType === undefined ? 'The body has no Content-Type.' : 'This Content-Type is not accepted here.',
    {
      field: 'content-type',
      limit: ['application/json'],
      ...(contentType === undefined ? {} : { got: show(contentType) }),
      hint: 'Send JSON with Content-Type: application/json.',
    },
  );

/** Whatever was thrown while a request was answered, as one of our errors. */
export function toRefusal(thrown: unknown, request: FastifyRequest): StudioError {
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    return fromValidation(thrown, request);
  }
  const studio = toStudioError(thrown);
  return studio.code === 'internal' && studio.cause instanceof Error ? fromFramework(studio.cause, request) : studio;
}
