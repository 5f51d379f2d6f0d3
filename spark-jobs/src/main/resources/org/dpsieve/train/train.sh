# train.sh DP CHECKPOINT OPTIONS FROZEN COMPRESSED: dp train, from its checkpoint where there is one, then dp freeze and
# dp compress. DP and OPTIONS are words of a command; an empty COMPRESSED leaves the last step out. Ends with 65 as soon
# as the loss in lcurve.out is no number: what follows would be wasted. In other columns nan is what dp writes where data
# have no such label.
broken() {
  [ -f lcurve.out ] && awk '
    /^#/ { for (i = 2; i <= NF; i++) if ($i == "rmse_trn" || $i == "l2_trn") column = i - 1 }
    !/^#/ && column && tolower($column) ~ /nan|inf/ { found = 1 }
    END { exit !found }' lcurve.out
}
rm -f train.nan
if [ -e "$2" ]; then options="--restart ${2%.index}"; else options=$3; rm -f lcurve.out; fi
case $1 in
  *[\;\&\|]*) exec= ;;
  *) exec='exec env' ;; # so that a signal reaches dp itself; env takes VAR=1 before it
esac
sh -c "$exec $1 train input.json $options" &
training=$!
trap 'kill $training 2>/dev/null; exit 143' TERM # the watch below ends with it
(
  while sleep 2 && kill -0 $training 2>/dev/null; do
    if broken; then touch train.nan; kill $training; exit; fi
  done
) &
watch=$!
wait $training
code=$?
kill $watch 2>/dev/null
if [ -e train.nan ] || broken; then
  echo "NaN in lcurve.out: the training has broken down; a smaller learning_rate.start_lr, or the labels, may be the cause"
  exit 65
fi
[ $code -eq 0 ] || exit $code
for link in model.ckpt.*; do # to whole files: what they point to may stay behind
  [ ! -L "$link" ] || { cp -RL "$link" whole && rm "$link" && mv whole "$link"; }
done
case $4 in
  *.pt) # of DPA4, which is frozen as a compiled program; adapters are in the best checkpoint, which is the newest, alone
    for best in $(ls -t best.ckpt*.pt 2>/dev/null) model.ckpt.pt; do cp "$best" "$4" && break; done || exit
    ;;
  *) sh -c "$1 freeze -o $4" || exit ;;
esac
case $2 in
  *.jax) # in a form that dpsieve reads, to see which layers changed
    [ ! -e "old/$2" ] || sh -c "$1 convert-backend old/$2 before.dp" || exit
    sh -c "$1 convert-backend $2 after.dp" || exit
    ;;
esac
# the script is looked into only where dp train has not stored the smallest distance
[ -z "$5" ] || sh -c "$1 compress -i $4 -o $5 -t input.json"
