"""The one sensor: files in the staff's folders whose SHA-256 the policy names, looked for again and again."""
import hashlib
import os
import stat

FOLDERS = ('/home/staff/Documents', '/home/staff/Downloads')


class Watch:
    """Remembers what has been reported, so that a file is reported once for each content that it has had."""

    def __init__(self, reported):
        self.hashes = {}  # path -> (identity, sha256)
        self.reported = reported  # path -> identity for which a finding was made
        self.changed = False  # did the last look change what is remembered?

    def look(self, indicators, allowed):
        """New (path, sha256, name, identity) for files that are listed and not allowed."""
        before = dict(self.reported)
        found = []
        seen = set()
        for path in _files():
            identity = _identity(path)
            if identity is None:
                continue
            seen.add(path)
            sha256 = self._hash(path, identity)
            if sha256 not in indicators or sha256 in allowed:
                # An entry that is removed later makes the file reportable again.
                self.reported.pop(path, None)
            elif self.reported.get(path) != identity:
                self.reported[path] = identity
                found.append((path, sha256, indicators[sha256], identity))
        for gone in set(self.hashes) - seen:
            self.hashes.pop(gone)
            self.reported.pop(gone, None)
        self.changed = self.reported != before
        # A folder lists its files in any order; reports follow that of what happened.
        return sorted(found, key=lambda one: one[3][2])

    def _hash(self, path, identity):
        known = self.hashes.get(path)
        if known is None or known[0] != identity:
            known = (identity, _sha256(path))
            self.hashes[path] = known
        return known[1]


def _files():
    for folder in FOLDERS:
        for parent, _, names in os.walk(folder):
            for name in names:
                yield os.path.join(parent, name)


def _identity(path):
    """Inode, size, and time of the last change of the content (ns); None for what is not a plain file."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return [found.st_ino, found.st_size, found.st_mtime_ns] if stat.S_ISREG(found.st_mode) else None


def _sha256(path):
    try:
        with open(path, 'rb') as file:
            return hashlib.file_digest(file, 'sha256').hexdigest()
    except OSError:
        return None
