"""The way to the cloud: HTTPS through the relay's CONNECT, or straight where it was told that there is no relay."""
import http.client
import json
import ssl
import urllib.parse

TIMEOUT = 2.0  # seconds, for each step of an exchange: connecting, tunnel, answer


class Unreachable(Exception):
    """No answer came; the text says which part of the way failed."""


class Refused(Exception):
    """The cloud answered, but not with what was asked for."""

    def __init__(self, status, detail):
        super().__init__(f'the cloud answered {status}: {detail}')
        self.status = status


def parse_relay(text):
    """`host:port` or `http://host:port`; `none` becomes None."""
    if text in ('', 'none'):
        return None
    url = urllib.parse.urlsplit(text if '://' in text else 'http://' + text)
    try:
        port = url.port
    except ValueError:
        port = None
    if url.scheme != 'http' or not url.hostname or port is None or url.path not in ('', '/'):
        raise ValueError(f'a relay is written host:port or http://host:port, not {text!r}')
    return url.hostname, port


class Cloud:
    """One connection, kept open while it works. Not for several threads."""

    def __init__(self, url, relay, ca):
        where = urllib.parse.urlsplit(url)
        self.host, self.port = where.hostname, where.port or 443
        self.relay = relay
        self.trust = ssl.create_default_context(cafile=str(ca))
        self.key = None
        self.connection = None

    def ask(self, method, path, body=None, headers=None):
        """(status, parsed JSON or None, headers). Raises Unreachable or Refused."""
        reused = self.connection is not None
        try:
            return self._exchange(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            # A kept connection that the other side has meanwhile closed says nothing about the way.
            stale = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)
            if not (reused and isinstance(error, stale)):
                raise Unreachable(self._explain(error)) from error
        try:
            return self._exchange(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(self._explain(error)) from error

    def reach(self):
        """Goes as far as the cloud's certificate and asks nothing. Raises Unreachable."""
        try:
            self.connection = self._open()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(self._explain(error)) from error
        self.close()

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _exchange(self, method, path, body, headers):
        if self.connection is None:
            self.connection = self._open()
        sent = {'Accept': 'application/json', 'User-Agent': 'minimal-edr/1.0.0', **(headers or {})}
        if self.key is not None:
            sent['Authorization'] = f'Bearer {self.key}'
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent['Content-Type'] = 'application/json'
        self.connection.request(method, path, body=data, headers=sent)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.will_close:
            self.close()
        if answer.status >= 400:
            raise Refused(answer.status, content[:200].decode(errors='replace'))
        parsed = json.loads(content) if content else None
        return answer.status, parsed, answer.headers

    def _open(self):
        if self.relay is None:
            connection = http.client.HTTPSConnection(self.host, self.port, timeout=TIMEOUT, context=self.trust)
            connection.connect()
            return connection
        connection = http.client.HTTPSConnection(*self.relay, timeout=TIMEOUT, context=self.trust)
        # The Host header of CONNECT is the target's (RFC 9110, 7.2); Python 3.11 sends none by itself.
        target = f'{self.host}:{self.port}'
        connection.set_tunnel(self.host, self.port, headers={'Host': target})
        connection.connect()
        return connection

    def _explain(self, error):
        way = f'through relay {self.relay[0]}:{self.relay[1]}' if self.relay else 'without a relay'
        if isinstance(error, ssl.SSLError):
            return f'TLS with {self.host} {way} failed: {error}'
        return f'{self.host} cannot be reached {way}: {error or type(error).__name__}'
