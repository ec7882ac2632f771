/** Paths of the engine that heiiki starts for itself when the machine has none. */
export interface EnginePaths {
  readonly socket: string;
  readonly dataRoot: string;
  readonly execRoot: string;
  readonly pidfile: string;
  readonly log: string;
  readonly lock: string;
}
export const PRIVATE: EnginePaths = {
  socket: '/run/heiiki/engine.sock',
  dataRoot: '/var/lib/heiiki/engine',
  execRoot: '/run/heiiki/engine',
  pidfile: '/run/heiiki/engine.pid',
  log: '/run/heiiki/engine.log',
  lock: '/run/heiiki/engine.lock',
};
