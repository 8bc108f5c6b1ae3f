# Sourced after side-by-side.bash by what measures against nginx, HAProxy, Spring Cloud Gateway and Vert.x: each with one worker,
# a configuration of its own in the work folder and no access log.
# shellcheck shell=bash

readonly SPRING=benchmarks/peers/spring-gateway/target
readonly VERTX=benchmarks/peers/vertx/target
readonly -A SIZES=([100B]=100 [64KiB]=65536 [10MB]=10000000)
readonly FILES=www # in the work folder: one file a size, called like it

need_peers() {
    need nginx nginx
    need haproxy haproxy
    need curl curl
}

# write_files: what the servers answer with, the same everywhere
write_files() {
    local name
    mkdir -p "$WORK/$FILES"
    for name in "${!SIZES[@]}"; do
        head -c "${SIZES[$name]}" < <(yes 'parley benchmark payload ' | tr -d '\n') >"$WORK/$FILES/$name"
    done
}

# nginx_on CORE NAME SERVERS: nginx with this text of server blocks, of which one listens on port VALUE
nginx_on() {
    local folder=$WORK/$2
    mkdir -p "$folder"
    cat >"$folder/nginx.conf" <<END
user root; # it may read the work folder; another user's nginx ignores this line
daemon off;
worker_processes 1;
worker_rlimit_nofile $(ulimit -n);
pid $folder/pid;
error_log $folder/error.log warn;
events { worker_connections $(($(ulimit -n) - 100)); }
http {
    access_log off;
    sendfile off; # over loopback its copies are faster than sendfile, 10 MB by half
    open_file_cache max=16;
    keepalive_requests 1000000000;
    keepalive_timeout 300s;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    types { }
    default_type application/octet-stream;
    $3
}
END
    launch_at "$2" "$VALUE" taskset -c "$1" nginx -p "$folder" -c "$folder/nginx.conf" -e "$folder/error.log"
}

# nginx_files CORE NAME [LISTEN_OPTION]: nginx that answers with the files, the small one from its configuration
nginx_files() {
    free_port
    nginx_on "$1" "$2" "server {
        listen 127.0.0.1:$VALUE ${3:-};
        root $WORK/$FILES;
        location = /hello { default_type application/json; return 200 '{\"message\":\"hello\"}'; }
        location = /100B { return 200 '$(<"$WORK/$FILES/100B")'; }
    }"
}

# nginx_proxy NAME BACKEND_PORT: with connections kept to the backend, no temporary files on the way, and buffers that
# hold 64 KiB: with its default of 8 times 8 KiB, or without buffering, nginx is half as fast there
nginx_proxy() {
    free_port
    nginx_on $SERVER_CORE "$1" "upstream backend { server 127.0.0.1:$2; keepalive 256; keepalive_requests 1000000000; }
    server {
        listen 127.0.0.1:$VALUE;
        location / {
            proxy_pass http://backend;
            proxy_http_version 1.1;
            proxy_set_header Connection '';
            proxy_max_temp_file_size 0;
            proxy_buffer_size 16k;
            proxy_buffers 8 64k;
            proxy_busy_buffers_size 128k;
        }
    }"
}

# haproxy_proxy NAME BACKEND_PORT
haproxy_proxy() {
    free_port
    cat >"$WORK/$1.cfg" <<END
global
    nbthread 1
    maxconn 4096
defaults
    mode http
    timeout connect 3s
    timeout client 60s
    timeout server 60s
frontend front
    bind 127.0.0.1:$VALUE
    default_backend back
backend back
    http-reuse always
    server one 127.0.0.1:$2
END
    launch_at "$1" "$VALUE" taskset -c $SERVER_CORE haproxy -db -f "$WORK/$1.cfg"
}

# spring_class_path: sets VALUE
spring_class_path() {
    VALUE=$SPRING/spring-gateway.jar:$(printf '%s:' "$SPRING"/lib/*.jar)
    VALUE=${VALUE%:}
}

# spring_proxy NAME BACKEND_PORT
spring_proxy() {
    spring_class_path
    launch "$1" taskset -c $SERVER_CORE "$JAVA_HOME/bin/java" "${JVM[@]}" -cp "$VALUE" \
        dev.parley.benchmarks.spring.SpringGateway "--upstream=http://127.0.0.1:$2"
}

# vertx_echo NAME
vertx_echo() {
    local path
    path=$VERTX/vertx.jar:$(printf '%s:' "$VERTX"/lib/*.jar)
    launch "$1" taskset -c $SERVER_CORE "$JAVA_HOME/bin/java" "${JVM[@]}" -cp "${path%:}" dev.parley.benchmarks.vertx.VertxEcho
}

# check_size URL SIZE_NAME: the answer is the file, byte for byte
check_size() {
    curl -sS -m 20 "${@:3}" -o "$WORK/answer" -w '%{http_code}' "$1" >"$WORK/status" &&
        [[ $(<"$WORK/status") == 200 ]] && cmp "$WORK/answer" "$WORK/$FILES/$2" >&2 ||
        die "$1 does not answer with the $2"
}

# peer_notes
peer_notes() {
    NOTES+=("$(nginx -v 2>&1)" "$(haproxy -v | sed -n 1p)")
}

# load_size NAME PORT SIZE_NAME SECONDS: with wrk; sets VALUE
load_size() {
    local connections=64
    [[ $3 != 10MB ]] || connections=8
    wrk_at "$1" "http://127.0.0.1:$2/$3" $connections "$4"
}
