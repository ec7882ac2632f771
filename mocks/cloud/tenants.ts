/** Customers of the cloud, kept apart: an endpoint belongs to the one whose token it enrolled with. */
import { Agents } from './agents.ts';
import { CommandQueue } from './commands.ts';
import type { CloudState } from './dialects/heiiki-v1.ts';
import { PolicyStore } from './policy.ts';
import { Responder } from './responder.ts';

export class Tenants {
  /** orders are about this one */
  readonly first: CloudState;
  readonly #all: CloudState[];

  constructor(first: CloudState) {
    this.first = first;
    this.#all = [first];
  }

  /**
   * Opens another one, with the policy that the first has now, under a revision of its own. What is made for everybody,
   * content and releases, is the same. Throws in words if there is one of that name or token.
   */
  open(name: string, token: string): void {
    if (this.#all.some((one) => one.tenant === name || one.token === token))
      throw new Error(`there is a tenant named ${name}, or one with that token; give another name and token`);
    const { first } = this;
    this.#all.push({
      ...first,
      tenant: name,
      token,
      agents: new Agents(),
      policy: new PolicyStore({ ...first.policy.current, revision: 1 }, `${name}-`),
      commands: new CommandQueue(() => first.now()),
      responder: new Responder(),
    });
  }
  withToken(token: string): CloudState | undefined {
    return this.#all.find((one) => one.token === token);
  }
  withKey(key: string): CloudState | undefined {
    return this.#all.find((one) => one.agents.byKey(key) !== undefined);
  }
}
