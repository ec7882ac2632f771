"""Findings that the cloud has not confirmed yet: on disk before anything else is done with them."""
import json
import os

import store


class Queue:
    """An append-only file of findings, oldest first; rewritten when the cloud has confirmed some."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.path = store.HOME / 'queue.ndjson'
        self.findings = []
        try:
            for line in self.path.read_text().splitlines():
                try:
                    self.findings.append(json.loads(line))
                except ValueError:
                    pass  # cut off in the middle of a write: it was never taken over
        except FileNotFoundError:
            pass
        self.dropped = store.read('dropped.json', 0)
        self._rewrite()

    def add(self, finding):
        uid = finding['finding_info']['uid']
        if any(f['finding_info']['uid'] == uid for f in self.findings):
            return
        self.findings.append(finding)
        over = len(self.findings) - self.capacity
        if over > 0:
            del self.findings[:over]
            self.dropped += over
            store.write('dropped.json', self.dropped)
            self._rewrite()
            return
        with open(self.path, 'a') as file:
            file.write(json.dumps(finding) + '\n')
            file.flush()
            os.fsync(file.fileno())

    def confirm(self, uids):
        self.findings = [f for f in self.findings if f['finding_info']['uid'] not in uids]
        self._rewrite()

    def _rewrite(self):
        part = self.path.with_suffix('.part')
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as file:
            file.writelines(json.dumps(f) + '\n' for f in self.findings)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)
