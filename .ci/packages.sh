# Debian packages; read by setup.

install_packages() {
  local packages=()
  [ -e /usr/include/zstd.h ] || packages+=(libzstd-dev)
  [ -e /usr/include/archive.h ] || packages+=(libarchive-dev)
  [ -e /usr/include/jpeglib.h ] || packages+=(libjpeg-dev)
  [ -e /usr/include/png.h ] || packages+=(libpng-dev)
  [ -n "$(find /usr/include -maxdepth 3 -path '*/openssl/evp.h' 2>/dev/null)" ] || packages+=(libssl-dev)
  [ -e /usr/include/matio.h ] || packages+=(libmatio-dev)
  [ -e /usr/include/libxml2/libxml/parser.h ] || packages+=(libxml2-dev)
  [ -n "$(find /usr/include -maxdepth 3 -path '*/curl/curl.h' 2>/dev/null)" ] || packages+=(libcurl4-openssl-dev)
  if $needs_download; then
    python3 -m pip --version >/dev/null 2>&1 || packages+=(python3-pip)
  fi
  [ ${#packages[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    stop "needs the packages ${packages[*]} (Debian names); install them with your package manager"
  local sudo=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null ||
      stop "needs root to install packages; run: sudo apt-get install ${packages[*]}"
    sudo="sudo -n"
  fi
  $sudo apt-get update -qq || stop "apt-get update failed; is there a network? Needed: ${packages[*]}"
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${packages[@]}" >/dev/null ||
    stop "could not install ${packages[*]}; install them by hand"
}
