# libtorch out of torch's wheels: libraries and headers, no Python at run time. Read by setup.
#
#   .deps/torch-VERSION-FLAVOUR/   torch/ beside nvidia/, as the run paths in the wheel's libraries expect them
#   .deps/torch                    a link to the torch/ in use, which Package.swift names

TORCH_VERSION=2.13.0
# PyTorch's own index of CPU builds
TORCH_CPU_INDEX=https://download.pytorch.org/whl/cpu
# The oldest driver for the CUDA 13 of these wheels
OLDEST_DRIVER=580

# Sets flavour, why and needs_download. A flavour that was chosen before stays until LSKD_TORCH names another.
choose_libtorch() {
  needs_download=false
  [ -z "${LIBTORCH:-}" ] || return 0
  case "${LSKD_TORCH:-}" in
  cpu | cuda) flavour=$LSKD_TORCH why="because of LSKD_TORCH" ;;
  "")
    if [ -e .deps/torch/.flavour ]; then
      read -r flavour <.deps/torch/.flavour
      why="as before"
    else
      choose_by_driver
    fi
    ;;
  *) stop "LSKD_TORCH takes cpu or cuda, not $LSKD_TORCH" ;;
  esac
  place=torch-$TORCH_VERSION-$flavour
  [ "$(readlink .deps/torch)" = "$place/torch" ] && [ -e ".deps/$place/.complete" ] || needs_download=true
}

choose_by_driver() {
  local driver
  driver=$(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | head -n 1) || driver=""
  flavour=cpu
  if ! [[ $driver =~ ^([0-9]+)\. ]]; then
    why="there is no NVIDIA driver"
  elif [ "${BASH_REMATCH[1]}" -lt $OLDEST_DRIVER ]; then
    why="the NVIDIA driver $driver is older than $OLDEST_DRIVER, which CUDA 13 needs"
  else
    flavour=cuda why="the NVIDIA driver is $driver"
  fi
}

# Only finished downloads are ever renamed to their place, under a lock.
download_libtorch() {
  mkdir -p .deps
  exec 9>.deps/lock
  flock 9
  rm -rf .deps/download.*
  if [ ! -e ".deps/$place/.complete" ]; then
    work=$(mktemp -d .deps/download.XXXXXX)
    trap 'rm -rf "$work"' EXIT
    "download_$flavour"
    echo "$flavour" >"$work/torch/.flavour"
    chmod 755 "$work"
    touch "$work/.complete"
    rm -rf "$work/wheels" ".deps/$place"
    mv "$work" ".deps/$place"
  fi
  ln -sfn "$place/torch" .deps/torch.new
  mv -T .deps/torch.new .deps/torch
  echo "setup: libtorch $TORCH_VERSION for ${flavour^^}: $why; LSKD_TORCH=cpu|cuda or LIBTORCH=DIR choose another"
}

# A CPU build where pip finds one, else one from PyTorch's index if that answers soon, else the host's part of the
# ordinary wheel, which is a CUDA build on x86-64 and needs two small libraries of CUDA even so.
download_cpu() {
  echo "setup: fetching libtorch $TORCH_VERSION, a CPU build ($why)"
  local build="torch==$TORCH_VERSION+cpu"
  if fetch --no-deps "$build"; then
    why="$why; a CPU build that pip knows"
  elif fetch --no-deps --index-url "$TORCH_CPU_INDEX" --timeout 5 --retries 0 "$build"; then
    why="$why; a CPU build from PyTorch's index"
  else
    fetch --no-deps "torch===$TORCH_VERSION" || pip_failed "torch $TORCH_VERSION"
    why="$why; the host's part of the ordinary wheel, as no CPU build is within reach"
  fi
  unpack host
  [ -z "$(missing_libraries libtorch_cpu.so)" ] || fetch_requirements small
  check_libraries libtorch_cpu.so
}

download_cuda() {
  echo "setup: fetching libtorch $TORCH_VERSION with CUDA, 2.5 GB ($why)"
  fetch --no-deps "torch===$TORCH_VERSION" || fetch --no-deps "torch==$TORCH_VERSION" ||
    pip_failed "torch $TORCH_VERSION"
  unpack all
  [ -e "$work/torch/lib/libtorch_cuda.so" ] ||
    stop "pip finds no CUDA build of torch $TORCH_VERSION for this machine; name one in LIBTORCH"
  fetch_requirements all
  check_libraries libtorch_cuda.so
}

# The CUDA packages that the wheel requires, by pip's resolution: all, or those of libtorch_cpu.so alone.
fetch_requirements() {
  python3 .ci/cuda_requirements.py "$1" "$work"/torch-*.dist-info/METADATA >"$work/requirements.txt"
  fetch --requirement "$work/requirements.txt" || pip_failed "torch's CUDA libraries"
  unpack all
}

fetch() {
  python3 -m pip download --quiet --disable-pip-version-check --no-input --dest "$work/wheels" "$@" \
    2>"$work/pip.log"
}

pip_failed() {
  local reason
  reason=$(grep '^ERROR' "$work/pip.log" | tail -n 1)
  stop "pip could not download $1 (${reason:-no reason given}); name an unpacked libtorch in LIBTORCH"
}

# Unpacks the wheels' libraries and headers and removes the wheels; `host` leaves out what needs CUDA.
unpack() {
  python3 .ci/unpack_wheels.py "$1" "$work" || stop "a downloaded wheel cannot be unpacked; run the set-up again"
  rm -rf "$work/wheels"
}

missing_libraries() { ldd "$work/torch/lib/$1" 2>/dev/null | awk '/not found/ {print $1}' | sort -u; }

check_libraries() {
  local missing
  missing=$(missing_libraries "$1")
  [ -z "$missing" ] || stop "$1 of the downloaded libtorch needs ${missing//$'\n'/, }, which no package brought; \
name an unpacked libtorch in LIBTORCH"
}

# The version that will be used
check_libtorch() {
  local libtorch=${LIBTORCH:-.deps/torch} version
  [ -d "$libtorch/lib" ] && [ -d "$libtorch/include" ] ||
    stop "$libtorch has no include/ and lib/; LIBTORCH must name an unpacked libtorch"
  version=$(.ci/libtorch-version "$libtorch")
  case "$version" in
  2.[6-9] | 2.[1-9][0-9]) ;;
  *) stop "libtorch ${version:-of unknown version} in $libtorch is not supported; use 2.6 or a newer 2.x" ;;
  esac
}
