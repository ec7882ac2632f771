/** Where the cloud listens: mockttp with the right certificates, or its stand-in while another one is to be shown. */
import type { CertificateKind } from './certificate.ts';
import { startFront, type Front, type FrontOptions } from './front.ts';
import { startStandIn } from './stand-in.ts';

export interface Door extends Front {
  /** null: the right one. Cuts what is open; resolves when the port is served again. `now`: what the cloud takes for it, ms. */
  show(certificate: CertificateKind | null, now: number): Promise<void>;
}

/** Throws as startFront does. */
export async function openDoor(options: FrontOptions): Promise<Door> {
  let open = await startFront(options);
  const { port } = open;
  return {
    port,
    show: async (certificate, now) => {
      await open.close();
      open = await (certificate === null
        ? startFront({ ...options, port })
        : startStandIn({ ...options, port }, certificate, now));
    },
    close: () => open.close(),
  };
}
