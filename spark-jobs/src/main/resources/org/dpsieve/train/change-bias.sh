# change-bias.sh DP MODEL OPTIONS FROZEN HEAD: dp change-bias of the checkpoint MODEL by the labels in data, then dp freeze
# of the branch that HEAD names. DP, OPTIONS and HEAD are words of a command.
rm -f changed.pt model.ckpt.pt
sh -c "$1 change-bias $2 -s data -m change $3 -o changed.pt" || exit
mv changed.pt model.ckpt.pt
case $4 in
  *.pt) cp model.ckpt.pt "$4" ;; # of DPA4, which is frozen as a compiled program
  *) sh -c "$1 freeze -c model.ckpt.pt -o $4 $5" ;;
esac
