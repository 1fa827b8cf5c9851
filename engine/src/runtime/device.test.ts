import { describe, expect, it } from 'vitest';

import type { Device } from '../graph/device.ts';
import { decideDevice, type Machine, type ProbeMessage } from './device.ts';

const RIGHT: ProbeMessage = { kind: 'compared', compared: 24, wrong: [], half: { compared: 24, wrong: [] } };

const machine = (probe: ProbeMessage, installed: readonly Device[] = ['cpu', 'cuda', 'webgpu']): Machine => ({
  hasLibraries: (device) => installed.includes(device),
  probe: () => Promise.resolve(probe),
});

describe('the choice of a device', () => {
  it('takes what was asked for when it computes as the CPU does', async () => {
    const report = await decideDevice('webgpu', machine(RIGHT));
    expect(report).toMatchObject({ device: 'webgpu', precision: 'f16', isFallback: false });
    expect(report.reason).toBe(
      'Chosen by --device; 24 operations agree with the CPU. It computes in half precision where that is enough.',
    );
  });

  it('computes in float32 where half precision is refused or off', async () => {
    const off = { compared: 24, wrong: [{ operation: 'gelu', error: 0.3 }] };
    for (const half of [null, off]) {
      const report = await decideDevice('webgpu', machine({ kind: 'compared', compared: 24, wrong: [], half }));
      expect(report).toMatchObject({ device: 'webgpu', precision: 'f32', isFallback: false });
      expect(report.reason).toContain('It computes in float32.');
    }
  });

  it('falls back to the CPU and names what was wrong', async () => {
    const wrong = [
      { operation: 'attention, heads of 40', error: 0.0712 },
      { operation: 'causal attention', error: 0.04 },
    ];
    const report = await decideDevice('webgpu', machine({ kind: 'compared', compared: 24, wrong, half: null }));
    expect(report).toMatchObject({ device: 'cpu', isFallback: true });
    expect(report.reason).toBe(
      'WebGPU computes wrongly here: attention, heads of 40 is off by 7.1 %, and 1 more. The CPU computes instead.',
    );
    const silent = [{ operation: 'gelu', error: Number.NaN }];
    const nothing = await decideDevice('cuda', machine({ kind: 'compared', compared: 24, wrong: silent, half: null }));
    expect(nothing.reason).toContain('gelu gives no numbers');
  });

  it('falls back with the first line of what a device says when it does not start', async () => {
    const report = await decideDevice('webgpu', machine({ kind: 'refused', message: 'No supported adapters.\nat x' }));
    expect(report).toMatchObject({ device: 'cpu', isFallback: true });
    expect(report.reason).toBe('WebGPU could not be started: No supported adapters. The CPU computes instead.');
  });

  it('says so when libraries are missing, or when there is no such device', async () => {
    const cuda = await decideDevice('cuda', machine(RIGHT, ['cpu']));
    expect(cuda).toMatchObject({ device: 'cpu', isFallback: true });
    expect(cuda.reason).toContain('CUDA are not installed');
    expect((await decideDevice('toaster', machine(RIGHT))).reason).toContain('no device called toaster');
  });

  it('takes CUDA unasked where it is, and never WebGPU', async () => {
    expect(await decideDevice('auto', machine(RIGHT))).toMatchObject({ device: 'cuda', isFallback: false });
    expect(await decideDevice('auto', machine(RIGHT, ['cpu', 'webgpu']))).toMatchObject({
      device: 'cpu',
      isFallback: false,
    });
    expect(await decideDevice('cpu', machine(RIGHT))).toMatchObject({ device: 'cpu', isFallback: false });
  });
});
