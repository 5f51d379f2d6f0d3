# train.sh DP CHECKPOINT OPTIONS FROZEN COMPRESSED: dp train, from its checkpoint where there is one, then dp freeze and
# dp compress. DP and OPTIONS are words of a command; an empty COMPRESSED leaves the last step out. Ends with 65 as soon
# as lcurve.out holds a NaN: what follows would be wasted.
broken() {
  [ -f lcurve.out ] && grep -v '^#' lcurve.out | grep -q -i -w nan
}
rm -f train.nan
if [ -e "$2" ]; then options="--restart model.ckpt"; else options=$3; rm -f lcurve.out; fi
sh -c "exec $1 train input.json $options" &
training=$!
trap 'kill $training 2>/dev/null; exit 143' TERM
(
  while sleep 2; do
    if broken; then touch train.nan; kill $training; exit; fi
  done
) &
watch=$!
wait $training
code=$?
kill $watch 2>/dev/null
if [ -e train.nan ] || broken; then
  echo "NaN in lcurve.out: the training has broken down"
  exit 65
fi
[ $code -eq 0 ] || exit $code
for link in model.ckpt.*; do # to whole files: what they point to may stay behind
  [ ! -L "$link" ] || { cp -RL "$link" whole && rm "$link" && mv whole "$link"; }
done
sh -c "$1 freeze -o $4" || exit
[ -z "$5" ] || sh -c "$1 compress -i $4 -o $5"
