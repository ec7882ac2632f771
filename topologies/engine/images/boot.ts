/**
 * What PID 1 of an endpoint runs: clears what a reboot clears, starts every executable of /etc/boot.d in the
 * order of names without waiting for it, notes that it has booted, and stays.
 */
export const bootScript = `#!/bin/sh
find /tmp /run -xdev -mindepth 1 -delete 2>/dev/null
mkdir -p /run/lock
for script in /etc/boot.d/*; do
  [ -x "$script" ] || continue
  setsid "$script" </dev/null >>/var/log/boot.log 2>&1 &
done
: >/run/booted
exec sleep infinity
`;
