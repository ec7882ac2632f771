/**
 * The detailed log as the cloud keeps it: the entries of each agent with the time of their arrival, for so many days and no
 * longer. Its time can be put ahead, so that nobody waits for days; nothing else of the cloud follows it.
 */
const DAY_MS = 86_400_000;
/** Characters of one agent's log; more push the oldest entries out, as busy agents must not fill the cloud's memory. */
const ROOM = 2_000_000;

interface Entry {
  readonly arrived: number;
  readonly text: string;
}
interface AgentLog {
  readonly entries: Entry[];
  characters: number;
  crowdedOut: number;
}
export interface LogReading {
  readonly agent: string;
  readonly entries: number;
  /** each text that was looked for → how many entries hold it */
  readonly found: Record<string, number>;
  /** entries that were pushed out before their time */
  readonly crowdedOut: number;
}

export class LogStore {
  readonly #days: number | undefined;
  readonly #now: () => number;
  readonly #room: number;
  readonly #logs = new Map<string, AgentLog>();
  #ahead = 0;

  /** `days`: for how long it keeps an entry; undefined: nobody will look, and nothing is kept. */
  constructor(days: number | undefined, now: () => number, room = ROOM) {
    this.#days = days;
    this.#now = now;
    this.#room = room;
  }

  add(agent: string, entries: readonly unknown[]): void {
    if (this.#days === undefined) return;
    const log = this.#logs.get(agent) ?? emptyLog();
    this.#logs.set(agent, log);
    for (const entry of entries) {
      const text = JSON.stringify(entry);
      log.entries.push({ arrived: this.#time, text });
      log.characters += text.length;
    }
    if (log.characters > this.#room) this.#makeRoom(log, this.#days);
  }

  /** For what is kept here so many days have passed. */
  age(days: number): void {
    this.#ahead += days * DAY_MS;
  }

  /** Throws in words if this cloud keeps nothing that could be looked up. */
  read(agent: string, texts: readonly string[]): LogReading {
    if (this.#days === undefined)
      throw new Error(
        'this cloud was not told for how many days it keeps the log, and keeps none; start it with --log-days ' +
          '(`cloud.logRetention` of the manifest)',
      );
    const log = this.#logs.get(agent) ?? emptyLog();
    this.#forget(log, this.#days);
    const { entries, crowdedOut } = log;
    const count = (part: string): number => entries.filter(({ text }) => text.includes(part)).length;
    const found = Object.fromEntries(texts.map((text) => [text, count(text)]));
    return { agent, entries: entries.length, found, crowdedOut };
  }

  get #time(): number {
    return this.#now() + this.#ahead;
  }
  #forget(log: AgentLog, days: number): void {
    const oldest = this.#time - days * DAY_MS;
    const kept = log.entries.findIndex(({ arrived }) => arrived > oldest);
    drop(log, kept < 0 ? log.entries.length : kept);
  }
  /** Down to half of the room: what is dropped one by one would be moved for each. */
  #makeRoom(log: AgentLog, days: number): void {
    this.#forget(log, days);
    if (log.characters <= this.#room) return;
    let count = 0;
    let left = log.characters;
    while (left > this.#room / 2) left -= log.entries[count++]?.text.length ?? left;
    log.crowdedOut += count;
    drop(log, count);
  }
}

const emptyLog = (): AgentLog => ({ entries: [], characters: 0, crowdedOut: 0 });

function drop(log: AgentLog, count: number): void {
  for (const { text } of log.entries.splice(0, count)) log.characters -= text.length;
}
