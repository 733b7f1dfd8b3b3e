# For scripts that source it: daemon NAME PROGRAM ... starts a program in the background; what it says goes to
# $dir/NAME.out, its process number to $dir/NAME.daemon.

daemon() {
  local name=$1
  shift
  # Who starts this may have blocked signals, which the daemons wait for, and left pipes open, whose ends somebody reads.
  setsid perl -MPOSIX -e 'sigprocmask(SIG_UNBLOCK, POSIX::SigSet->new(1..31));
    POSIX::close($_) for 3 .. 255; exec @ARGV or die' "$@" \
    </dev/null >"$dir/$name.out" 2>&1 &
  echo $! >"$dir/$name.daemon"
}
