/**
 * Names people know samplers by: A1111's labels and aliases, and the combined names of its older versions
 * (`DPM++ 2M Karras`), which say sampler and schedule in one.
 *
 * Works on the catalogue's descriptors, so that there is no second list of names.
 */
import type { Catalogue, Descriptor } from './catalogue.ts';

/** What a name stands for: two ids of the catalogue. `schedule` is `automatic` where the name says none. */
export interface SamplerChoice {
  readonly sampler: string;
  readonly schedule: string;
}

const AUTOMATIC = 'automatic';

/** Case, white space, hyphens and underscores do not tell names apart. */
const normalize = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ');

const namesOf = ({ id, label, aliases }: Descriptor): string[] => [id, label, ...aliases].map(normalize);

/** The descriptor with this id, label or alias. */
export function findByName<D extends Descriptor>(descriptors: readonly D[], name: string): D | undefined {
  const wanted = normalize(name);
  return descriptors.find((descriptor) => namesOf(descriptor).includes(wanted));
}

/**
 * The sampler and schedule a name stands for, e.g. `Euler a`, `k_dpmpp_2m`, `DPM++ 2M SDE Karras`; undefined when there
 * is no such sampler.
 */
export function resolveSamplerName(
  name: string,
  catalogue: Pick<Catalogue, 'samplers' | 'schedules'>,
): SamplerChoice | undefined {
  const whole = findByName(catalogue.samplers, name);
  if (whole !== undefined) return { sampler: whole.id, schedule: AUTOMATIC };
  const wanted = normalize(name);
  for (const schedule of catalogue.schedules) {
    for (const ending of namesOf(schedule)) {
      if (!wanted.endsWith(` ${ending}`)) continue;
      const sampler = findByName(catalogue.samplers, wanted.slice(0, -ending.length));
      if (sampler !== undefined) return { sampler: sampler.id, schedule: schedule.id };
    }
  }
  return undefined;
}
