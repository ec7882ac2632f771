/** Labs of one run: they share images and the open control, and nothing else. */
import { randomBytes } from 'node:crypto';
import type { Engine, ImageRecipe, ImageRef, NetworkSpec } from './engine/engine.ts';
import { toolsImage, toolsNodeImage } from './engine/images/index.ts';
import { startNodes } from './bring-up.ts';
import type { Nodes } from './bring-up.ts';
import { Estate } from './estate.ts';
import type { Images } from './starters.ts';
import { startControlLab } from './closure/control.ts';
import type { ControlLab } from './closure/control.ts';
import { asLabError } from './errors.ts';
import { Lab } from './lab.ts';
import type { LabFactory, LabSpec } from './lab-types.ts';
import { gatewayOf } from './plan.ts';
import { loadTopology } from './schema.ts';
import type { Topology } from './schema.ts';
import { selfTest } from './self-test.ts';
import { watchForStalls } from './watchdog.ts';

export interface LabFactoryOptions {
  readonly onProgress?: ((line: string) => void) | undefined;
  /** image of our own nodes, if not the usual one */
  readonly tools?: ImageRecipe;
  /** for tests that show that a leak is found; everything else leaves it out */
  readonly networkKind?: NetworkSpec['kind'];
}

/** Builds the tools image; the open control lab is started in the background and awaited by the first lab. */
export async function createLabFactory(engine: Engine, options: LabFactoryOptions = {}): Promise<LabFactory> {
  const tools = await engine.image(options.tools ?? toolsImage, options.onProgress);
  return new Factory(engine, tools, options);
}

class Factory implements LabFactory {
  readonly #engine: Engine;
  readonly #tools: ImageRef;
  readonly #options: LabFactoryOptions;
  readonly #control: Promise<ControlLab>;

  constructor(engine: Engine, tools: ImageRef, options: LabFactoryOptions) {
    this.#engine = engine;
    this.#tools = tools;
    this.#options = options;
    this.#control = startControlLab(engine, tools);
    this.#control.catch(() => undefined);
  }

  /** Either a lab that works, or everything of it is gone again and `lab.failed` says whose fault it was. */
  async start(spec: LabSpec): Promise<Lab> {
    const topology = loadTopology(spec.topology);
    try {
      return await this.#start(spec, topology);
    } catch (cause) {
      const error = asLabError(cause, 'engine', `lab ${topology.id} did not start`);
      spec.recorder.record('lab', {
        kind: 'lab.failed',
        blame: error.blame,
        what: error.what,
        cause: error.why,
      });
      throw error;
    }
  }

  async #start(spec: LabSpec, topology: Topology): Promise<Lab> {
    const [images, control] = await Promise.all([this.#images(spec, topology), this.#control]);
    const id = randomBytes(3).toString('hex');
    const { networkKind = 'sealed' } = this.#options;
    const ground = { id, engine: this.#engine, spec, topology, images, control, networkKind };
    const watchdog = watchForStalls(spec.recorder);
    const estate = new Estate();
    try {
      const nodes = await startNodes(ground, estate);
      const lab = new Lab(ground, nodes, estate, watchdog);
      await selfTest(topology, nodes, spec);
      recordReady(id, topology, nodes, spec);
      return lab;
    } catch (error) {
      watchdog[Symbol.dispose]();
      await estate[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #images(spec: LabSpec, topology: Topology): Promise<Images> {
    const build = async (
      wanted: Readonly<Record<string, { image: ImageRecipe }>>,
    ): Promise<Map<string, ImageRef>> =>
      new Map(
        await Promise.all(
          Object.entries(wanted).map(
            async ([name, { image }]) =>
              [name, await this.#engine.image(image, this.#options.onProgress)] as const,
          ),
        ),
      );
    const needed = Object.keys({ ...topology.strangers, ...topology.witnesses }).length > 0;
    const [endpoints, apps, outsider] = await Promise.all([
      build(spec.endpoints),
      build(spec.apps),
      needed ? this.#engine.image(toolsNodeImage(), this.#options.onProgress) : undefined,
    ]);
    return { tools: this.#tools, endpoints, apps, outsider };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const control = await this.#control.catch(() => undefined);
    await control?.[Symbol.asyncDispose]();
  }
}

function recordReady(lab: string, topology: Topology, { plan }: Nodes, { recorder }: LabSpec): void {
  const node = (
    name: string,
    kind: string,
    zones: readonly string[],
  ): { name: string; kind: string; addresses: Record<string, string> } => ({
    name,
    kind,
    addresses: Object.fromEntries(zones.map((zone) => [zone, plan.addressOf(name, zone)])),
  });
  const nodes = [
    ...[...plan.zones.values()].map(({ name, resolver }) => ({
      name: `gateway-${name}`,
      kind: 'gateway',
      addresses: { [name]: resolver, ...routerAddress(topology, plan, name) },
    })),
    ...Object.entries(topology.relays).map(([name, relay]) =>
      node(name, 'relay', [...new Set([...relay.serves, relay.upstream])]),
    ),
    ...Object.entries(topology.apps).map(([name, app]) => node(name, 'app', [app.zone])),
    ...Object.entries(topology.endpoints).map(([name, endpoint]) => node(name, 'endpoint', [endpoint.zone])),
    ...Object.entries(topology.strangers).map(([name, { zone }]) => node(name, 'stranger', [zone])),
    ...Object.entries(topology.witnesses).map(([name, { zone }]) => node(name, 'witness', [zone])),
  ];
  recorder.record('lab', { kind: 'lab.ready', lab, topology: topology.id, nodes });
}

function routerAddress(topology: Topology, plan: Nodes['plan'], zone: string): Record<string, string> {
  const to = topology.zones[zone]?.router;
  return to === undefined ? {} : { [to]: plan.addressOf(gatewayOf(zone), to) };
}
