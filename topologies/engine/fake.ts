/**
 * An engine in memory, for tests of lab logic: networks, containers with a disk, scripted programs. A `FakeMachine` is
 * what several runs share, as several processes share a real engine; `die` is the kill -9 of one of them.
 */
import type {
  ContainerSpec,
  Engine,
  EngineInfo,
  ImageRecipe,
  ImageRef,
  Leftover,
  NetworkSpec,
  StartedNetwork,
} from './engine.ts';
import { EngineError } from './errors.ts';
import { FakeContainer, fakeStarted } from './fake-container.ts';
import type { FakeProgram } from './fake-process.ts';
import { digestOf, tagOf } from './images/digest.ts';
import { fullName, newRun } from './names.ts';
import { addressAt, freeSubnets, overlaps } from './subnets.ts';

export { on, type FakeCall, type FakeProgram } from './fake-process.ts';
export { textOf } from './fake-container.ts';

const INFO: EngineInfo = {
  name: 'fake',
  version: '0',
  apiVersion: '0',
  os: 'fake',
  arch: 'amd64',
  cpus: 2,
  memoryBytes: 8e9,
  address: 'fake:',
};

export class FakeMachine {
  readonly containers = new Map<string, FakeContainer>();
  readonly networks = new Map<
    string,
    { readonly subnet: string; readonly run: string; readonly sealed: boolean }
  >();
  /** tag → how often it was built */
  readonly images = new Map<string, number>();
  readonly living = new Set<string>();

  die(run: string): void {
    this.living.delete(run);
  }
  leftovers(): readonly Leftover[] {
    const of = (kind: Leftover['kind'], name: string, run: string): Leftover => {
      return { kind, id: name, name, run, alive: this.living.has(run) };
    };
    return [
      ...[...this.containers.values()].map(({ name, run }) => of('container', name, run)),
      ...[...this.networks].map(([name, { run }]) => of('network', name, run)),
    ];
  }
  remove(name: string): void {
    this.containers.get(name)?.end(137, 'removed');
    this.containers.delete(name);
    this.networks.delete(name);
  }
}

export interface FakeOptions {
  readonly run?: string;
  readonly machine?: FakeMachine;
  /** asked in order for each exec; the first that knows the program decides */
  readonly programs?: readonly FakeProgram[];
}

export function fakeEngine({
  run = newRun(),
  machine = new FakeMachine(),
  programs = [],
}: FakeOptions = {}): Engine {
  machine.living.add(run);
  const sweep: Engine['sweep'] = ({ own, dryRun }) => {
    const found = machine.leftovers().filter((one) => (one.run === run ? own : !one.alive));
    if (!dryRun) for (const { name } of found) machine.remove(name);
    return Promise.resolve(found);
  };
  return {
    info: INFO,
    run,
    image: (recipe) => image(machine, recipe),
    // `async` so that a refusal is a rejection, as with a real engine
    network: async (spec) => Promise.resolve().then(() => network(machine, run, spec)),
    container: async (spec) =>
      Promise.resolve().then(() => {
        const container = start(machine, run, spec);
        return fakeStarted(container, programs, () => machine.remove(container.name));
      }),
    leftovers: () => Promise.resolve(machine.leftovers()),
    sweep,
    async [Symbol.asyncDispose]() {
      for (const one of machine.leftovers()) if (one.run === run) machine.remove(one.name);
      machine.die(run);
      await Promise.resolve();
    },
  };
}

async function image(machine: FakeMachine, recipe: ImageRecipe): Promise<ImageRef> {
  const digest = await digestOf(recipe);
  const tag = tagOf(recipe.name, digest);
  if (!machine.images.has(tag)) machine.images.set(tag, 1);
  return { tag, digest };
}

function network(machine: FakeMachine, run: string, spec: NetworkSpec): StartedNetwork {
  const name = fullName(run, spec.name);
  const taken = [...machine.networks.values()].map(({ subnet }) => subnet);
  const [subnet] = spec.subnet === undefined ? freeSubnets(taken, spec) : [spec.subnet];
  if (subnet === undefined || taken.some((other) => overlaps(subnet, other)) || machine.networks.has(name))
    throw refused(`creating network ${name}`, 'name or subnet is taken');
  machine.networks.set(name, { subnet, run, sealed: spec.kind === 'sealed' });
  return {
    id: name,
    name,
    subnet,
    address: (index) => addressAt(subnet, index),
    [Symbol.asyncDispose]: () => Promise.resolve().then(() => machine.remove(name)),
  };
}

function start(machine: FakeMachine, run: string, spec: ContainerSpec): FakeContainer {
  const name = fullName(run, spec.name);
  if (machine.containers.has(name)) throw refused(`starting container ${name}`, 'the name is taken');
  const container = new FakeContainer(name, run, spec);
  if (spec.attach.kind === 'networks')
    for (const { network: one, address } of spec.attach.networks) container.attach(one, address);
  machine.containers.set(name, container);
  return container;
}

function refused(what: string, why: string): EngineError {
  return new EngineError({ code: 'engine-refused', what, cause: new Error(why), remedy: 'this is the fake' });
}
