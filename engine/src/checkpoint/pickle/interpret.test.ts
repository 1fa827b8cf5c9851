import { describe, expect, it } from 'vitest';

import { interpretPickle } from './interpret.ts';
import { PickleName, PickleObject, PickleProblem, StorageRef, TensorRef, type PickleValue } from './values.ts';

/** Instructions as bytes: text as latin1, numbers as bytes. */
const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part]))));
const read = (...parts: readonly (string | number)[]): PickleValue => interpretPickle(bytes(...parts)).value;

function problemOf(...parts: readonly (string | number)[]): { kind: string; problem: string; global: string | null } {
  try {
    read(...parts);
  } catch (error) {
    if (error instanceof PickleProblem) return error;
    throw error;
  }
  return { kind: 'none', problem: 'it was read', global: null };
}

describe('reading a pickle', () => {
  // Written by CPython 3: pickle.dumps(value, protocol).hex().
  it.each([
    [
      0,
      '286470300a56e90a70310a286c70320a49310a61492d320a614937303030300a614c313039393531313632373737364c0a6146302e350a614930310a614e612849310a49320a49330a49340a7470330a617356620a70340a635f636f646563730a656e636f64650a70350a28565c7530303030ff0a70360a566c6174696e310a70370a7470380a5270390a7356730a7031300a635f5f6275696c74696e5f5f0a7365740a7031310a28286c7031320a49370a61747031330a527031340a732e',
    ],
    [
      1,
      '7d7100285802000000c3a971015d7102284b014afeffffff4a701101004c313039393531313632373737364c0a473fe00000000000004930310a4e284b014b024b034b04747103655801000000627104635f636f646563730a656e636f64650a710528580300000000c3bf710658060000006c6174696e317107747108527109580100000073710a635f5f6275696c74696e5f5f0a7365740a710b285d710c4b076174710d52710e752e',
    ],
    [
      2,
      '80027d7100285802000000c3a971015d7102284b014afeffffff4a701101008a06000000000001473fe0000000000000884e284b014b024b034b04747103655801000000627104635f636f646563730a656e636f64650a7105580300000000c3bf710658060000006c6174696e317107867108527109580100000073710a635f5f6275696c74696e5f5f0a7365740a710b5d710c4b076185710d52710e752e',
    ],
    [
      3,
      '80037d7100285802000000c3a971015d7102284b014afeffffff4a701101008a06000000000001473fe0000000000000884e284b014b024b034b04747103655801000000627104430200ff71055801000000737106636275696c74696e730a7365740a71075d71084b076185710952710a752e',
    ],
    [
      4,
      '8004954b000000000000007d94288c02c3a9945d94284b014afeffffff4a701101008a06000000000001473fe0000000000000884e284b014b024b034b047494658c016294430200ff948c0173948f94284b0790752e',
    ],
    [
      5,
      '8005954b000000000000007d94288c02c3a9945d94284b014afeffffff4a701101008a06000000000001473fe0000000000000884e284b014b024b034b047494658c016294430200ff948c0173948f94284b0790752e',
    ],
  ])('gives what Python wrote, in protocol %i', (_, hex) => {
    const { value } = interpretPickle(Buffer.from(hex, 'hex'));
    expect(value).toEqual(
      new Map<PickleValue, PickleValue>([
        ['é', [1, -2, 70000, 2 ** 40, 0.5, true, null, [1, 2, 3, 4]]],
        ['b', Uint8Array.of(0, 255)],
        ['s', new Set([7])],
      ]),
    );
  });

  it('keeps lists, tuples, dictionaries, sets and numbers as data', () => {
    const found = read(
      0x80,
      4,
      '}',
      '(',
      'K',
      1,
      ']',
      '(',
      'J',
      0xfe,
      0xff,
      0xff,
      0xff,
      'M',
      0x10,
      0x27,
      'e',
      0x8c,
      1,
      's',
      0x8f,
      '(',
      'K',
      5,
      0x90,
      0x8c,
      1,
      't',
      0x88,
      0x89,
      0x86,
      'u',
      '.',
    );
    expect(found).toEqual(
      new Map<PickleValue, PickleValue>([
        [1, [-2, 10000]],
        ['s', new Set([5])],
        ['t', [true, false]],
      ]),
    );
  });

  it('reads the numbers of every protocol', () => {
    expect(read('I42\n.')).toBe(42);
    expect(read('I01\n.')).toBe(true);
    expect(read('I00\n.')).toBe(false);
    expect(read('L-123456789012345678901L\n.')).toBe(-123456789012345678901n);
    expect(read('F-1.5e3\n.')).toBe(-1500);
    expect(read('Fnan\n.')).toBeNaN();
    expect(read('G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, '.')).toBe(1.5);
    expect(read(0x8a, 0, '.')).toBe(0);
    expect(read(0x8a, 1, 0xff, '.')).toBe(-1);
    expect(read(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, '.')).toBe(2n ** 64n);
    expect(read(0x8b, 2, 0, 0, 0, 0x00, 0x80, '.')).toBe(-32768);
  });

  it('reads the texts of every protocol', () => {
    expect(read("S'it\\'s \\x41\\102\\n'\n.")).toBe("it's AB\n");
    expect(read('Va\\u00e9\\U0001f600\n.')).toBe('aé😀');
    expect(read('X', 2, 0, 0, 0, 0xc3, 0xa9, '.')).toBe('é');
    expect(read('U', 1, 'q', '.')).toBe('q');
    expect(read(0x8d, 1, 0, 0, 0, 0, 0, 0, 0, 'z', '.')).toBe('z');
    expect(read('C', 2, 0, 255, '.')).toEqual(Uint8Array.of(0, 255));
  });

  it('finds again what it was told to remember', () => {
    expect(read(']', 'q', 7, '0', 'h', 7, '.')).toEqual([]);
    expect(read(']', 'p7\n', '0', 'g7\n', '.')).toEqual([]);
    expect(read(0x80, 4, ']', 0x94, '0', 'j', 0, 0, 0, 0, '.')).toEqual([]);
  });

  it('makes a record of a tensor and of its storage', () => {
    const found = read(
      'ctorch._utils\n_rebuild_tensor_v2\n(',
      '(Vstorage\nctorch\nHalfStorage\nV3\nVcpu\nK',
      20,
      'tQ',
      'K',
      4,
      'K',
      2,
      'K',
      3,
      0x86,
      'K',
      8,
      'K',
      1,
      0x86,
      0x89,
      'NtR.',
    );
    expect(found).toEqual(new TensorRef(new StorageRef('3', 'F16', 20, 0), 'F16', 4, [2, 3], [8, 1]));
  });

  it('takes the element type of an untyped storage from the tensor', () => {
    const found = read(
      'ctorch._utils\n_rebuild_tensor_v3\n(',
      '(Vstorage\nctorch.storage\nUntypedStorage\nV0\nVcpu\nK',
      6,
      'tQ',
      'K',
      0,
      'K',
      6,
      0x85,
      'K',
      1,
      0x85,
      0x89,
      'N',
      'ctorch\nfloat8_e4m3fn\n',
      'tR.',
    );
    expect(found).toMatchObject({ dtype: 'F8_E4M3', shape: [6], storage: { dtype: null, count: 6 } });
  });

  it('keeps classes it knows by name as names, also as keys, and makes nothing of them', () => {
    const type = 'cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n';
    const found = read('}', type, 'K', 1, 's.') as Map<PickleName, PickleValue>;
    expect([...found.keys()][0]).toBeInstanceOf(PickleName);
    const made = read(type, ')', 0x81, '}', 'Va\nK', 1, 'sb.') as PickleObject;
    expect(made).toBeInstanceOf(PickleObject);
    expect(made.state).toEqual(new Map([['a', 1]]));
  });

  it('treats names as data where they would lead into our own objects', () => {
    const found = read('}', 'V__proto__\n', '}', 'Vpolluted\nK', 1, 'ss.') as Map<PickleValue, PickleValue>;
    expect(found.get('__proto__')).toEqual(new Map([['polluted', 1]]));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('tells how far it went and every storage it met, even of what was dropped', () => {
    const pickle = bytes('(Vstorage\nctorch\nFloatStorage\nV9\nVcpu\nK', 1, 'tQ', '0', 'N.', 'behind');
    const { end, storages } = interpretPickle(pickle);
    expect(end).toBe(pickle.length - 'behind'.length);
    expect(storages.map(({ key }) => key)).toEqual(['9']);
  });
});

describe('a pickle that asks for more than data', () => {
  it.each([
    ['GLOBAL', 'os.system', ['cos\nsystem\n(Vtrue\ntR.']],
    ['a global that is only named', 'os.system', ['cos\nsystem\n0N.']],
    ['STACK_GLOBAL', 'posix.system', [0x80, 4, 0x8c, 5, 'posix', 0x8c, 6, 'system', 0x93, '.']],
    ['INST', 'os.system', ['(Vtrue\nios\nsystem\n.']],
    ['NEWOBJ', 'subprocess.Popen', ['csubprocess\nPopen\n)', 0x81, '.']],
    ['an extension', 'copyreg extension', [0x82, 1, '.']],
    ['a builtin', 'builtins.eval', ['cbuiltins\neval\n.']],
    ['a function of torch that is not on the list', 'torch.load', ['ctorch\nload\n.']],
    ['a dotted way through a module that is', 'torch._utils.os.system', ['ctorch._utils\nos.system\n.']],
    ['a way through a class that is', 'collections.OrderedDict.__class__', ['ccollections\nOrderedDict.__class__\n.']],
    ['a name of ours', 'collections.constructor', ['ccollections\nconstructor\n.']],
  ] as const)('is refused by name: %s', (_, global, parts) => {
    expect(problemOf(...parts)).toMatchObject({ kind: 'unsafe', global });
  });

  it('is refused in the state of an object and in the middle of a list', () => {
    expect(problemOf('ccollections\nOrderedDict\n)R', '}', 'Va\ncos\nsystem\nsb.')).toMatchObject({ kind: 'unsafe' });
    expect(problemOf(']((]((cos\nsystem\neee.')).toMatchObject({ kind: 'unsafe' });
  });
});

describe('a pickle that lies or breaks off', () => {
  it.each([
    ['a length past the end', 'short', ['X', 0xff, 0xff, 0xff, 0x7f, 'a.']],
    ['a length of 2^60', 'short', [0x8d, 0, 0, 0, 0, 0, 0, 0, 0x10, 'a.']],
    ['no end', 'short', [']']],
    ['a line without end', 'short', ['Vabc']],
    ['an empty stack', 'damaged', ['R.']],
    ['a tuple of too little', 'damaged', ['N', 0x87, '.']],
    ['a mark that is not there', 'damaged', ['Nt.']],
    ['a key without value', 'damaged', ['}(Nu.']],
    ['an entry never stored', 'damaged', ['h', 9, '.']],
    ['an unknown instruction', 'damaged', [0xff, '.']],
    ['an unknown protocol', 'damaged', [0x80, 6, 'N.']],
    ['something applied that is no name', 'damaged', ['N)R.']],
    ['a storage applied', 'damaged', ['ctorch\nFloatStorage\n)R.']],
    [
      'a negative stride',
      'damaged',
      [
        'ctorch._utils\n_rebuild_tensor_v2\n((Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nK',
        9,
        'tQK',
        0,
        'K',
        2,
        0x85,
        'J',
        0xff,
        0xff,
        0xff,
        0xff,
        0x85,
        0x89,
        'NtR.',
      ],
    ],
    ['a storage of no known type', 'damaged', ['(Vstorage\ncnumpy\ndtype\nV0\nVcpu\nK', 1, 'tQ.']],
    ['an integer of 300 bytes', 'damaged', [0x8b, 44, 1, 0, 0, '\x01'.repeat(300), '.']],
    ['an integer of 1,000 digits', 'damaged', [`L${'9'.repeat(1000)}L\n.`]],
    [
      'a rebuilt tensor that is its own argument',
      'damaged',
      [
        'ctorch._tensor\n_rebuild_from_type_v2\n',
        ']',
        'q',
        0,
        '(',
        'ctorch._tensor\n_rebuild_from_type_v2\n',
        'Nh',
        0,
        'e',
        'R.',
      ],
    ],
  ] as const)('is refused: %s', (_, kind, parts) => {
    expect(problemOf(...parts).kind).toBe(kind);
  });

  it('may hold itself', () => {
    const found = read(']', 'q', 0, 'h', 0, 'a.') as PickleValue[];
    expect(found[0]).toBe(found);
  });

  it('may be nested deeper than a stack of calls could be', () => {
    expect(Array.isArray(read(']'.repeat(50_000), 'a'.repeat(49_999), '.'))).toBe(true);
  });

  it.each([
    ['empty dictionaries', '}'.repeat(2_000_000)],
    ['marks', '('.repeat(2_000_000)],
    ['copies of a reference', `]${'2'.repeat(9_000_000)}`],
    // One list of 100,000 entries, made into a set again and again.
    [
      'copies of a container',
      `c__builtin__\nset\nq\x00](${'N'.repeat(100_000)}e\x85q\x01${'h\x00h\x01R0'.repeat(1000)}`,
    ],
  ])(
    'is stopped before it fills the memory: %s',
    (_, instructions) => {
      expect(problemOf(instructions, '.')).toMatchObject({
        kind: 'damaged',
        problem: expect.stringMatching(/more than any checkpoint/) as string,
      });
    },
    // Under a second of processor time, on a machine that may do many things at once.
    30_000,
  );
});
