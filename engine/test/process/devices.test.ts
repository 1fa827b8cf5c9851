import { afterEach, describe, expect, it, vi } from 'vitest';

import { EngineProcess } from '../support/engine-process.ts';

let engine: EngineProcess | null = null;
afterEach(async () => {
  vi.unstubAllEnvs();
  await engine?.kill();
});

const readyOn = async (device: string) => {
  engine = new EngineProcess('--device', device);
  return engine.expect('ready');
};

describe('an engine that is asked for a device', () => {
  it('computes on the CPU when there is no adapter for WebGPU, and says why', async () => {
    // Vulkan's loader looks for drivers here and nowhere else.
    vi.stubEnv('VK_DRIVER_FILES', '/nowhere.json');
    vi.stubEnv('VK_ICD_FILENAMES', '/nowhere.json');
    const ready = await readyOn('webgpu');
    expect(ready.device).toBe('cpu');
    expect(ready.deviceReason).toMatch(/^WebGPU could not be started: .+ The CPU computes instead\.$/);
    expect(engine?.all('log').map(({ level, message }) => [level, message])).toEqual([['warn', ready.deviceReason]]);
  });

  it('computes on the CPU when the libraries for CUDA are missing or of no use, and says why', async () => {
    const ready = await readyOn('cuda');
    if (ready.device === 'cuda') expect(ready.deviceReason).toContain('agree with the CPU');
    else expect(ready.deviceReason).toMatch(/^(The libraries of the runtime for )?CUDA .+ The CPU computes instead\.$/);
  });

  it('computes on WebGPU where an adapter agrees with the CPU', async () => {
    const ready = await readyOn('webgpu');
    if (ready.device === 'webgpu') expect(ready.deviceReason).toMatch(/\d+ operations agree with the CPU/);
    else expect(ready.deviceReason).toContain('The CPU computes instead.');
  });
});
