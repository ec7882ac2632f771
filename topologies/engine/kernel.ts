/** Kernel features that labs and products use, as far as they can be seen without changing anything. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Finding } from './doctor.ts';

interface Feature {
  readonly check: string;
  readonly option: string;
  readonly state: 'missing' | 'warning';
  readonly cost: string;
  readonly remedy: string;
}
const FEATURES: readonly Feature[] = [
  {
    check: 'nftables',
    option: 'CONFIG_NF_TABLES',
    state: 'missing',
    cost: 'no counters and no faults at a relay',
    remedy: 'use a kernel with nf_tables',
  },
  {
    check: 'netem',
    option: 'CONFIG_NET_SCH_NETEM',
    state: 'warning',
    cost: 'no delay on a line; loss and bandwidth work without it',
    remedy: 'modprobe sch_netem, or a kernel that has it',
  },
  {
    check: 'fanotify',
    option: 'CONFIG_FANOTIFY_ACCESS_PERMISSIONS',
    state: 'warning',
    cost: 'products that watch or block programs cannot do so here',
    remedy: 'use a kernel with fanotify permission events',
  },
];

/** @param proc where the engine's own kernel shows itself; undefined if the engine is on another machine */
export function kernelFindings(proc: string | undefined): readonly Finding[] {
  if (proc === undefined) return [];
  const config = configOf(proc);
  return FEATURES.map(({ check, option, state, cost, remedy }) => {
    const set = /=[ym]$/.test(config.find((line) => line.startsWith(`${option}=`)) ?? '');
    if (set) return { check, state: 'ok', detail: 'there', cost: '', remedy: '' };
    if (config.length === 0)
      return {
        check,
        state: 'ok',
        detail: 'not known: this kernel does not show its configuration',
        cost: '',
        remedy: '',
      };
    return { check, state, detail: `this kernel has no ${option}`, cost, remedy };
  });
}

function configOf(proc: string): readonly string[] {
  if (existsSync(`${proc}/config.gz`))
    return gunzipSync(readFileSync(`${proc}/config.gz`))
      .toString()
      .split('\n');
  const release = existsSync(`${proc}/sys/kernel/osrelease`)
    ? readFileSync(`${proc}/sys/kernel/osrelease`, 'utf8').trim()
    : '';
  const file = `/boot/config-${release}`;
  return release && existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}
