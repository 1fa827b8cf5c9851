/** Sigma tables and schedules. One check per call, relative to the value. */
import { makeSigmaTable, type SigmaTable } from '../../../src/numeric/sigma-table.ts';
import { schedules as table } from '../../../src/schedules/index.ts';
import type { ScheduleOptions } from '../../../src/schedules/types.ts';
import type { GoldenCase } from '../case.ts';
import { checkOf, compare, unknown, type Check } from '../compare.ts';
import type { Kind } from './types.ts';

interface Call {
  readonly name: string;
  readonly schedule: string;
  readonly n: number;
  readonly table: string;
  readonly args?: {
    readonly sigma_min?: number;
    readonly sigma_max?: number;
    readonly rho?: number;
    readonly base?: 'sd15' | 'sdxl';
  };
}

const TABLES: Readonly<Record<string, SigmaTable>> = {
  sd: makeSigmaTable(),
  zsnr: makeSigmaTable({ zeroTerminalSnr: true }),
};

/** Options that are absent must not override defaults by being undefined. */
function optionsOf({ args = {} }: Call): ScheduleOptions {
  return {
    ...(args.sigma_min === undefined ? {} : { sigmaMin: args.sigma_min }),
    ...(args.sigma_max === undefined ? {} : { sigmaMax: args.sigma_max }),
    ...(args.rho === undefined ? {} : { rho: args.rho }),
    ...(args.base === undefined ? {} : { base: args.base }),
  };
}

const compareTable = (golden: GoldenCase, name: string, values: ArrayLike<number>): Check =>
  checkOf(name, [compare(name, { data: values, shape: [values.length] }, golden.stored(name), golden.bound, 'value')]);

function checkCall(golden: GoldenCase, call: Call): Check {
  const source = TABLES[call.table];
  const schedule = table.find((each) => each.id === call.schedule.replaceAll('_', '-'));
  if (source === undefined) return unknown(call.name, `table ${call.table}`);
  if (schedule === undefined) return unknown(call.name, `schedule ${call.schedule}`);
  return compareTable(golden, call.name, schedule.sigmas(source, call.n, optionsOf(call)));
}

export const schedules: Kind = {
  run: 'schedules',
  check: async (golden) => {
    const { calls, tables = [] } = golden.json as unknown as { calls: readonly Call[]; tables?: readonly string[] };
    const tableChecks = tables.map((name) => {
      const source = TABLES[name];
      return source === undefined
        ? unknown(`table.${name}`, 'table')
        : compareTable(golden, `table.${name}`, source.sigmas);
    });
    return [...tableChecks, ...calls.map((call) => checkCall(golden, call))];
  },
};
