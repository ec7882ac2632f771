/** Where the cloud listens: the front that was chosen, or Node's own while another certificate is to be shown. */
import type { CertificateKind } from './certificate.ts';
import type { Front, FrontKind, FrontOptions } from './front.ts';

/** Listens on the port (0: a free one). Throws if it is taken or the authority cannot be read. */
export async function startFront(kind: FrontKind, options: FrontOptions): Promise<Front> {
  // mockttp takes half a second and a hundred MiB, so whoever does not want it does not load it.
  if (kind === 'mockttp') return (await import('./mockttp-front.ts')).startMockttpFront(options);
  return startCertified(options, null);
}

/** On Node's own server, with that certificate; null: the right one. Throws as startFront does. */
async function startCertified(
  options: FrontOptions,
  certificate: CertificateKind | null,
  now = Date.now(),
): Promise<Front> {
  return (await import('./node-front.ts')).startNodeFront(options, certificate, now);
}

export interface Door extends Front {
  /** null: the right one. Cuts what is open; resolves when the port is served again. `now`: what the cloud takes for it, ms. */
  show(certificate: CertificateKind | null, now: number): Promise<void>;
}

/** Throws as startFront does. */
export async function openDoor(kind: FrontKind, options: FrontOptions): Promise<Door> {
  let open = await startFront(kind, options);
  const { port } = open;
  return {
    port,
    show: async (certificate, now) => {
      await open.close();
      open = await (certificate === null
        ? startFront(kind, { ...options, port })
        : startCertified({ ...options, port }, certificate, now));
    },
    close: () => open.close(),
  };
}
