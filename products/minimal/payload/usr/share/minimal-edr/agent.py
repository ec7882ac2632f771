"""The agent: one loop that looks at files, and one that talks to the cloud."""
import os
import socket
import sys
import threading
import time
import uuid

import cloud
import store
from queue_file import Queue
from watch import Watch

LOOK_EVERY = 0.5  # seconds
TALK_EVERY = 1.0  # seconds
NAME, VERSION = 'Minimal polling agent', '1.0.0'
PRODUCT = {'name': NAME, 'vendor_name': 'heiiki', 'version': VERSION}


def now():
    return int(time.time() * 1000)


class Agent:
    def __init__(self):
        self.config = store.read('config.json')
        self.identity = store.read('identity.json')
        self.policy = store.read('policy.json') or {'etag': None, 'policy': None}
        self.queue = Queue(self.config['queue'])
        self.lock = threading.Lock()  # guards the queue and the policy
        self.wake = threading.Event()
        self.link = None
        self.last = None

    def run(self):
        """Until it is killed: whatever matters is on disk before the next thing is done."""
        threading.Thread(target=self.watch_loop, daemon=True).start()
        while True:
            self.talk()
            self.wake.wait(TALK_EVERY)
            self.wake.clear()

    # --- sensor -------------------------------------------------------------------------------------

    def watch_loop(self):
        watch = Watch(store.read('reported.json', {}))
        while True:
            time.sleep(LOOK_EVERY)
            try:
                self.look(watch)
            except OSError as error:
                print('the sensor could not write down what it saw:', error, flush=True)

    def look(self, watch):
        policy = self.policy['policy']
        if policy is None:
            return
        indicators = {i['sha256']: i['name'] for i in policy['indicators']}
        allowed = {a['value'] for a in policy['allowlist'] if a['kind'] == 'sha256'}
        found = watch.look(indicators, allowed)
        with self.lock:
            for one in found:
                self.queue.add(self.finding(*one))
        if watch.changed:
            # After the queue: if it ends in between, the same finding is made again, with the same uid.
            store.write('reported.json', watch.reported)
        if found:
            self.wake.set()

    def finding(self, path, sha256, name, identity):
        inode, size, changed = identity
        uid = uuid.uuid5(uuid.NAMESPACE_URL, f'{store.machine_id()} {path} {inode} {size} {changed} {sha256}')
        file = {'path': path, 'name': os.path.basename(path), 'type_id': 1}
        file['hashes'] = [{'algorithm_id': 3, 'value': sha256}]
        return {
            'activity_id': 1,
            'category_uid': 2,
            'class_uid': 2004,
            'type_uid': 200401,
            'severity_id': 4,
            'time': now(),
            'start_time': changed // 1_000_000,
            'disposition_id': 15,
            'metadata': {'version': '1.3.0', 'product': PRODUCT},
            'finding_info': {
                'uid': str(uid),
                'title': f'File of a listed hash: {name}',
                'analytic': {'type_id': 1, 'uid': 'sha256-indicator', 'name': name},
            },
            'device': {'hostname': socket.gethostname(), 'uid': store.machine_id(), 'type_id': 0},
            'evidences': [{'file': file}],
        }

    # --- cloud --------------------------------------------------------------------------------------

    def talk(self):
        """One round: enrol if need be, heartbeat, policy, findings, commands. Nothing here ends the agent."""
        try:
            self.connect()
            self.heartbeat()
            self.send_findings()
            self.take_commands()
            self.say(True, 'relay' if self.link.relay else 'direct', '')
        except cloud.Refused as error:
            if error.status == 401 and self.identity is not None:
                self.identity = None  # the cloud has forgotten this endpoint: enrol again, as the same machine
            self.say(False, None, str(error))
        except (cloud.Unreachable, ValueError, KeyError, TypeError) as error:
            self.say(False, None, str(error))

    def connect(self):
        """The relay is read each time, so that `set-relay` needs no restart."""
        self.config = store.read('config.json', self.config)
        relay = cloud.parse_relay(self.policy_relay())
        if self.link is None or self.link.relay != relay:
            if self.link is not None:
                self.link.close()
            self.link = cloud.Cloud(self.config['cloud'], relay, store.HOME / 'ca.pem')
        if self.identity is None:
            self.enrol()
        self.link.key = self.identity['key']

    def policy_relay(self):
        """What was set on the endpoint; a relay in the policy is not taken over (recovery: local-command)."""
        return self.config['relay']

    def enrol(self):
        self.link.key = None
        body = {
            'token': self.config['token'],
            'hostname': socket.gethostname(),
            'machineId': store.machine_id(),
            'product': {'name': NAME, 'version': VERSION},
        }
        _, identity, _ = self.link.ask('POST', '/v1/enrol', body)
        self.identity = {'agentId': identity['agentId'], 'key': identity['key']}
        store.write('identity.json', self.identity)

    def path(self, rest):
        return f"/v1/agents/{self.identity['agentId']}{rest}"

    def heartbeat(self):
        policy = self.policy['policy']
        revision = policy['revision'] if policy else 0
        with self.lock:
            queued, dropped = len(self.queue.findings), self.queue.dropped
        body = {'sentAt': now(), 'policyRevision': revision, 'queued': queued, 'dropped': dropped}
        _, answer, _ = self.link.ask('POST', self.path('/heartbeat'), body)
        if answer['policyRevision'] != revision:
            self.read_policy()

    def read_policy(self):
        etag = self.policy['etag']
        headers = {'If-None-Match': etag} if etag else {}
        status, policy, answered = self.link.ask('GET', self.path('/policy'), headers=headers)
        if status == 304:
            return
        # Whole or not at all: a policy that lacks a part would raise here and leave the old one in force.
        for part in ('revision', 'mode', 'indicators', 'allowlist', 'uninstallProtection'):
            policy[part]
        self.policy = {'etag': answered['ETag'], 'policy': policy}
        store.write('policy.json', self.policy)

    def send_findings(self):
        while True:
            with self.lock:
                batch = self.queue.findings[:100]
            if not batch:
                return
            _, answer, _ = self.link.ask('POST', self.path('/detections'), {'findings': batch})
            accepted = set(answer['accepted'])
            with self.lock:
                self.queue.confirm(accepted)
            if not accepted & {f['finding_info']['uid'] for f in batch}:
                return  # asked again in the next round

    def take_commands(self):
        status, answer, _ = self.link.ask('GET', self.path('/commands?wait=0'))
        for command in answer['commands'] if status == 200 else []:
            known = command['name'] == 'ping'
            result = {'outcome': 'done'} if known else {'outcome': 'refused', 'detail': 'this agent only knows ping'}
            self.link.ask('POST', self.path(f"/commands/{command['uid']}/result"), result)

    def say(self, connected, via, reason):
        state = {'connected': connected, 'via': via, 'reason': reason}
        if state != self.last:
            print(time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()), state, flush=True)
        self.last = state
        store.write('status.json', {**state, 'at': now()})


if __name__ == '__main__':
    sys.exit(Agent().run())
