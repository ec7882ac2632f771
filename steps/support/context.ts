/**
 * What a run holds on to: engine, lab factory, the cloud's program and CA, products, open controls. The
 * composition root: nowhere else do labs, mocks and products meet.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { HistoryWriter } from '../../history/writer.ts';
import { makeAuthority } from '../../mocks/cloud/authority.ts';
import { bundleCloud } from '../../mocks/cloud/bundle.ts';
import { connectCloud, type CloudConsole, type Path } from '../../mocks/cloud/console.ts';
import { endpointRecipe } from '../../products/assemble.ts';
import { loadProduct, type LoadedProduct } from '../../products/load.ts';
import { openEngine } from '../../topologies/engine/docker.ts';
import type { Engine, ImageRecipe } from '../../topologies/engine/engine.ts';
import { endpointBases, toolsNodeImage } from '../../topologies/engine/images/index.ts';
import { createLabFactory } from '../../topologies/factory.ts';
import type { AppSpec, EndpointSpec, LabFactory, StartedLab } from '../../topologies/lab-types.ts';
import { loadTopology } from '../../topologies/schema.ts';
import type { Baseline } from './applicability.ts';
import { openControl } from './open-control.ts';
import { CDN_HOST, CLOUD_CA, CLOUD_HOST, hostnameOf } from './places.ts';
import type { Lane } from './timing.ts';

export interface RunOptions {
  readonly id: string;
  /** folder of this run; evidence goes to `evidence/<product>/<scenario>` below it */
  readonly out: string;
  readonly seed: number;
  readonly lane: Lane;
  readonly onProgress: (line: string) => void;
}

export interface LabRequest {
  /** id of one of topologies/*.yaml */
  readonly topology: string;
  /** on every endpoint, not installed; undefined: endpoints without any product */
  readonly product: LoadedProduct | undefined;
  readonly history: HistoryWriter;
  readonly evidence: string;
  readonly indicators: readonly { sha256: string; name: string }[];
  /** the folder in which the product keeps its state is a disk of so many bytes */
  readonly stateBytes?: number;
  /** for measurements only: false leaves out the proof of closure */
  readonly prove?: boolean;
}

/** It is started in every lab, and half of that is compiling: what a first start compiled is kept. */
const CLOUD_IMAGE = `COPY cloud.mjs /opt/heiiki/cloud.mjs
ENV NODE_COMPILE_CACHE=/opt/heiiki/compiled
RUN cd /tmp && openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 1 -subj /CN=first-start \\
  && node /opt/heiiki/cloud.mjs --token first-start --cert cert --key key --port 0 </dev/null >/dev/null \\
  && rm key cert`;

/** Apps of a topology that a run has a program for. */
export const APPS: readonly string[] = ['cloud'];

/** What the relay lets pass where no product has said what it needs. */
const CLOUD_CHANNELS = [`${CLOUD_HOST}:443`, `${CDN_HOST}:443`];

export class RunContext implements AsyncDisposable {
  readonly options: RunOptions;
  readonly engine: Engine;
  readonly enrolmentToken = randomBytes(12).toString('hex');
  #labs: LabFactory;
  #cloud: AppSpec;
  #ca: string;
  #products = new Map<string, LoadedProduct>();
  #baselines = new Map<string, Promise<Baseline>>();

  private constructor(options: RunOptions, engine: Engine, labs: LabFactory, cloud: AppSpec, ca: string) {
    this.options = options;
    this.engine = engine;
    this.#labs = labs;
    this.#cloud = cloud;
    this.#ca = ca;
  }

  static async open(options: RunOptions): Promise<RunContext> {
    const engine = await openEngine({ run: options.id, onProgress: options.onProgress });
    try {
      const [bundle, authority] = await Promise.all([bundleCloud(), makeAuthority()]);
      const image: ImageRecipe = {
        name: 'cloud',
        parent: toolsNodeImage(),
        dockerfile: CLOUD_IMAGE,
        files: new Map([['cloud.mjs', { content: bundle }]]),
      };
      const cloud: AppSpec = {
        image,
        argv: [
          'node',
          '/opt/heiiki/cloud.mjs',
          '--cert',
          '/etc/heiiki/ca.pem',
          '--key',
          '/etc/heiiki/ca.key',
        ],
        files: { '/etc/heiiki/ca.pem': authority.certPem, '/etc/heiiki/ca.key': authority.keyPem },
        names: [CLOUD_HOST, CDN_HOST],
      };
      const labs = await createLabFactory(engine, { onProgress: options.onProgress });
      return new RunContext(options, engine, labs, cloud, authority.certPem);
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A product that takes part in this run, by id; others are read from products/ or from a path. */
  async product(idOrPath: string): Promise<LoadedProduct> {
    const known = this.#products.get(idOrPath) ?? (await loadProduct(idOrPath));
    this.#products.set(idOrPath, known);
    return known;
  }

  /** Takes the product into the run and builds what its endpoint needs, so that no scenario pays for it. */
  async prepare(product: LoadedProduct): Promise<void> {
    this.#products.set(product.product.id, product);
    await this.engine.image(this.#image(product), this.options.onProgress);
    await this.engine.image(this.#cloud.image, this.options.onProgress);
  }

  async startLab(request: LabRequest): Promise<{ lab: StartedLab; cloud: CloudConsole }> {
    const { topology, product, history } = request;
    const names = Object.keys(loadTopology(topology).endpoints);
    const lab = await this.#labs.start({
      topology,
      endpoints: Object.fromEntries(
        names.map((name) => [name, this.#endpoint(name, product, request.stateBytes)]),
      ),
      apps: { cloud: { ...this.#cloud, argv: [...this.#cloud.argv, ...this.#cloudOf(product)] } },
      allow: [...new Set(product ? Object.values(product.product.statement.channels) : CLOUD_CHANNELS)],
      trust: this.#ca,
      recorder: history,
      evidence: request.evidence,
    });
    try {
      const cloud = connectCloud(lab.app('cloud'), history, relaysOf(history));
      await cloud.ready();
      await cloud.setPolicy({ indicators: [...request.indicators] });
      const ca = { path: CLOUD_CA, content: this.#ca, mode: 0o644 };
      await Promise.all(names.map((name) => lab.endpoint(name).put([ca])));
      if (request.prove !== false) await lab.proveClosed();
      return { lab, cloud };
    } catch (error) {
      await lab[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Which stimuli the product reacts to in an open network; played once a run for each product, and for a defect by
   * the product of which it is made. A control whose lab broke says nothing and is played again by the next who asks.
   */
  openControl(product: LoadedProduct): Promise<Baseline> {
    const id = controlOf(product);
    const known = this.#baselines.get(id);
    if (known) return known;
    const begun = this.product(id).then((sound) => openControl(this, sound));
    this.#baselines.set(id, begun);
    begun.catch(() => this.#baselines.delete(id));
    return begun;
  }

  /** Folder for the evidence of one scenario of one product, made now. */
  async evidenceFolder(product: string, scenario: string): Promise<string> {
    const parent = join(this.options.out, 'evidence', product);
    await mkdir(parent, { recursive: true });
    for (let again = 1; ; again++) {
      const folder = join(parent, again === 1 ? scenario : `${scenario}-${again}`);
      // Made, never shared: what a first try has left is evidence, too.
      if (await isMade(folder)) return folder;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#labs[Symbol.asyncDispose]();
    await this.engine[Symbol.asyncDispose]();
  }

  /** What is told to the cloud's program, to be the cloud of that product. */
  #cloudOf(product: LoadedProduct | undefined): string[] {
    const days = product?.product.cloud.logRetention?.days;
    return ['--token', this.enrolmentToken, ...(days === undefined ? [] : ['--log-days', String(days)])];
  }

  #endpoint(name: string, product: LoadedProduct | undefined, stateBytes?: number): EndpointSpec {
    const folder = product?.product.statement.stateFolder;
    const small = folder !== undefined && stateBytes !== undefined;
    return {
      ...(small ? { disks: { [folder]: stateBytes } } : {}),
      image: product ? this.#image(product) : endpointBases()['debian-12'],
      capabilities: product?.product.privileges ?? [],
      hostname: hostnameOf(name),
    };
  }

  #image(product: LoadedProduct): ImageRecipe {
    const recipe = endpointRecipe([product], endpointBases());
    if ('tag' in recipe) throw new Error('an endpoint without any product is not an endpoint under test');
    return recipe;
  }
}

/** Id of the product whose open control stands for that of this one. */
export const controlOf = ({ product, defect }: LoadedProduct): string => defect?.of ?? product.id;

async function isMade(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** An exchange came through a relay if its client address is a relay's, by the lab's own address plan. */
function relaysOf(history: HistoryWriter): (address: string) => Path {
  return (address) => {
    const ready = history.events.findLast((event) => event.kind === 'lab.ready');
    const relay = ready?.nodes.find(
      (node) => node.kind === 'relay' && Object.values(node.addresses).includes(address),
    );
    return relay ? { via: 'relay', relay: relay.name } : 'direct';
  };
}
