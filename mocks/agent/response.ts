/** What the agent does on the cloud's order: its commands, and the isolation and the shell that some of them are about. */
import { Commands } from './commands.ts';
import type { Config } from './config.ts';
import type { Behaviour } from './flaws.ts';
import { Isolation } from './isolation.ts';
import type { Link } from './link.ts';
import type { Places } from './places.ts';
import { killProgram } from './processes.ts';
import { RemoteShell } from './shell.ts';
import type { TelemetryBuffer } from './telemetry.ts';
import type { HostPort } from './transport/dial.ts';

export interface ResponseParts {
  readonly places: Places;
  readonly config: () => Config;
  readonly behaviour: Behaviour;
  readonly link: Link;
  readonly telemetry: TelemetryBuffer;
}

export class Response {
  readonly isolation: Isolation;
  readonly commands: Commands;

  constructor(parts: ResponseParts) {
    const { places, behaviour, link, telemetry } = parts;
    this.isolation = new Isolation({
      file: places.isolated,
      ways: () => ways(parts),
      style: behaviour.isolation,
      log: (text) => telemetry.agent(text),
    });
    this.commands = new Commands({
      state: places.state,
      telemetry,
      behaviour,
      mayCollect: () => !behaviour.collectsOnlyDirectly || link.path === 'direct',
      kill: (program) => killProgram(program, { namesakes: behaviour.commands.killsNamesakes }),
      isolation: this.isolation,
      shell: new RemoteShell({ places, style: behaviour.shell, note: (text) => telemetry.agent(text) }),
    });
  }
}

/** Where it has to get to while the endpoint is isolated. One that is bound to its relay goes directly where there is none. */
export function ways({ config, link }: Pick<ResponseParts, 'config' | 'link'>): readonly HostPort[] {
  const { connectivity, cloud, update } = config();
  if (connectivity === 'relay-only' && link.relays.length > 0) return link.relays;
  return [...link.relays, cloud, ...(update === null ? [] : [update])];
}
