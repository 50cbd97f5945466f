{{/* Where k6 writes its metrics; empty: nowhere. */}}
{{- define "shop.loadPrometheusUrl" -}}
{{- if .Values.load.prometheusUrl }}{{ .Values.load.prometheusUrl }}{{ else if .Values.prometheus.enabled }}http://prometheus:9090/api/v1/write{{ end }}
{{- end }}

{{/* k6's arguments besides the script. */}}
{{- define "shop.loadArguments" -}}
--tag testid={{ .Values.load.testId }}{{ if include "shop.loadPrometheusUrl" . }} -o experimental-prometheus-rw{{ end }}
{{- end }}

{{- define "shop.loadEnv" -}}
{{- with .Values.load }}
- {name: BASE_URL, value: {{ .baseUrl | quote }}}
- {name: DURATION, value: {{ .duration | quote }}}
- {name: BROWSE_RATE, value: {{ .browseRate | quote }}}
- {name: CHECKOUT_RATE, value: {{ .checkoutRate | quote }}}
- {name: K6_NO_USAGE_REPORT, value: "true"}
{{- end }}
{{- with include "shop.loadPrometheusUrl" . }}
- {name: K6_PROMETHEUS_RW_SERVER_URL, value: {{ . | quote }}}
# Without it k6 sends percentiles and rates since the start of the test, which no window can be cut from.
- {name: K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM, value: "true"}
- {name: K6_PROMETHEUS_RW_PUSH_INTERVAL, value: 1s}
{{- end }}
{{- end }}

{{/* Another name for another load, since neither kind of object can be changed. */}}
{{- define "shop.loadName" -}}
{{ include "shop.fullname" . }}-load-{{ list .Values.load (include "shop.loadEnv" .) (.Files.Glob "files/load/*").AsConfig | toJson | sha256sum | trunc 8 }}
{{- end }}
