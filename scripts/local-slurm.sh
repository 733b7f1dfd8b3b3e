#!/usr/bin/env bash
# A Slurm of two nodes of one processor on this machine, without systemd, for tests and to try docs/cluster.md:
#   scripts/local-slurm.sh start DIR; export SLURM_CONF=DIR/slurm.conf
#   scripts/local-slurm.sh node DIR n1|n2   # starts a node that was lost
#   scripts/local-slurm.sh stop DIR
# Needs the packages slurmctld, slurmd, slurm-client and munge, and root. Ports 17817 to 17819, or from SLURM_PORT on.
set -euo pipefail
action=${1:?start, node or stop} dir=$(realpath -m "${2:?a folder}")
port=${SLURM_PORT:-17817}
export SLURM_CONF=$dir/slurm.conf

source "$(dirname "$0")/daemon.sh"

wait_for() { # At most 20 seconds.
  for _ in $(seq 100); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  echo "local-slurm.sh: waited in vain for: $*; see $dir/*.out and $dir/*.log" >&2
  exit 1
}

case $action in
  start)
    mkdir -p "$dir"/{state,spool.n1,spool.n2,tmp.n1,tmp.n2}
    host=$(hostname -s)
    head -c 1024 /dev/urandom >"$dir/munge.key"
    chmod 600 "$dir/munge.key"
    cat >"$SLURM_CONF" <<CONF
ClusterName=local
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge.sock
CredType=cred/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool.%n
TmpFS=$dir/tmp.%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.%n.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.%n.log
SlurmctldPort=$port
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
MpiDefault=none
SlurmdTimeout=20
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1 RealMemory=4000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1 RealMemory=4000
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
    daemon munged munged --foreground --force --key-file "$dir/munge.key" --socket "$dir/munge.sock" \
      --pid-file "$dir/munged.pid" --log-file "$dir/munged.log" --seed-file "$dir/munge.seed"
    wait_for test -S "$dir/munge.sock"
    daemon slurmctld slurmctld -D
    daemon n1 slurmd -D -N n1
    daemon n2 slurmd -D -N n2
    wait_for sh -c '[ "$(sinfo --noheader --Node --format %T | sort -u)" = idle ]'
    ;;
  node) daemon "${3:?n1 or n2}" slurmd -D -N "$3" ;;
  stop)
    scancel --user root 2>/dev/null || true
    for name in n1 n2 slurmctld munged; do
      if [ -e "$dir/$name.daemon" ]; then kill "$(cat "$dir/$name.daemon")" 2>/dev/null || true; fi
    done
    # The daemons write to their folder until they have ended.
    for name in n1 n2 slurmctld munged; do
      if [ -e "$dir/$name.daemon" ]; then
        for _ in $(seq 50); do
          kill -0 "$(cat "$dir/$name.daemon")" 2>/dev/null || break
          sleep 0.1
        done
      fi
    done
    ;;
  *)
    echo "local-slurm.sh: start, node or stop; not $action" >&2
    exit 2
    ;;
esac
