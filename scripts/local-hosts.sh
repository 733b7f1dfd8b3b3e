#!/usr/bin/env bash
# Hosts on this machine, for tests and to try what docs/cluster.md says of several machines: network namespaces, each with
# a link to a bridge, a name and an sshd of its own. Files are shared.
#   scripts/local-hosts.sh start DIR [N]     # N (4) hosts, 10.77.0.1 and on; ssh -F DIR/ssh_config reaches them
#   scripts/local-hosts.sh limit DIR 1gbit   # the rate of every link, both ways
#   scripts/local-hosts.sh cut DIR 3         # the link of a host goes down; mend brings it back
#   scripts/local-hosts.sh stop DIR
# Needs the packages iproute2, openssh-server and openssh-client, and root.
set -euo pipefail
action=${1:?start, limit, cut, mend or stop} dir=$(realpath -m "${2:?a folder}")
bridge=zoo-bridge

source "$(dirname "$0")/daemon.sh"

hosts() { seq "$(cat "$dir/count")"; }

# Takes down all hosts that there are, those of a start that was killed among them.
take_down() {
  for i in $(ip netns list | sed -n 's/^zoo-\([0-9]*\).*/\1/p'); do
    # What runs there still, such as a rank that lost its link.
    ip netns pids "zoo-$i" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    # With the name space it would go a moment later, when another start may be at it.
    ip link del "zoo-out$i" 2>/dev/null || true
    ip netns del "zoo-$i" 2>/dev/null || true
  done
  ip link del "$bridge" 2>/dev/null || true
}

case $action in
  start)
    if ip link show "$bridge" >/dev/null 2>&1; then
      echo "local-hosts.sh: takes down hosts of a start that nobody stopped" >&2
      take_down
    fi
    mkdir -p "$dir" /run/sshd
    echo "${3:-4}" >"$dir/count"
    for name in key host-key; do ssh-keygen -q -t ed25519 -N '' -f "$dir/$name"; done
    cat >"$dir/ssh_config" <<CONF
Host 10.77.0.*
  IdentityFile $dir/key
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
CONF
    cat >"$dir/sshd_config" <<CONF
HostKey $dir/host-key
AuthorizedKeysFile $dir/key.pub
PermitRootLogin yes
StrictModes no
UsePAM no
PidFile none
CONF
    ip link add "$bridge" type bridge
    ip addr add 10.77.0.254/24 dev "$bridge"
    ip link set "$bridge" up
    for i in $(hosts); do
      ip netns add "zoo-$i"
      ip link add "zoo-out$i" type veth peer name eth0 netns "zoo-$i"
      ip link set "zoo-out$i" master "$bridge" up
      ip -n "zoo-$i" addr add "10.77.0.$i/24" dev eth0
      ip -n "zoo-$i" link set eth0 up
      ip -n "zoo-$i" link set lo up
      daemon "sshd$i" ip netns exec "zoo-$i" unshare --uts sh -c \
        "hostname zoo-$i; exec /usr/sbin/sshd -D -f '$dir/sshd_config' -o ListenAddress=10.77.0.$i"
    done
    for i in $(hosts); do
      for _ in $(seq 50); do
        if ssh -F "$dir/ssh_config" "10.77.0.$i" true 2>/dev/null; then continue 2; fi
        sleep 0.1
      done
      echo "local-hosts.sh: host $i does not answer; see $dir/sshd$i.out" >&2
      exit 1
    done
    ;;
  limit)
    for i in $(hosts); do
      tc qdisc replace dev "zoo-out$i" root tbf rate "${3:?a rate}" burst 256kb latency 50ms
      tc -n "zoo-$i" qdisc replace dev eth0 root tbf rate "$3" burst 256kb latency 50ms
    done
    ;;
  cut) ip link set "zoo-out${3:?the number of a host}" down ;;
  mend) ip link set "zoo-out${3:?the number of a host}" up ;;
  stop) take_down ;;
  *)
    echo "local-hosts.sh: unknown action $action" >&2
    exit 2
    ;;
esac
