{{/* The prefix of whatever is not found by a fixed name. */}}
{{- define "shop.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* Labels that never change: selectors use them. Takes (dict "root" $ "name" NAME). */}}
{{- define "shop.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* All labels of an object. Takes (dict "root" $ "name" NAME "component" COMPONENT). */}}
{{- define "shop.labels" -}}
{{ include "shop.selector" . }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: shop
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name (replace "+" "_" .root.Chart.Version) }}
{{- end }}

{{/* The labels of a pod: none that changes with the chart's version, for that would restart every pod. */}}
{{- define "shop.podLabels" -}}
{{ include "shop.selector" . }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: shop
{{- end }}

{{/* An image by digest or tag. Takes (dict "image" IMAGE "tag" DEFAULT_TAG). */}}
{{- define "shop.image" -}}
{{- if .image.digest }}{{ .image.repository }}@{{ .image.digest }}{{ else }}{{ .image.repository }}:{{ .image.tag | default .tag }}{{ end }}
{{- end }}

{{/* The pado image. */}}
{{- define "shop.padoImage" -}}
image: {{ include "shop.image" (dict "image" .Values.image "tag" .Chart.AppVersion) | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end }}

{{/* Pod Security `restricted`, for a pod. Takes a uid. */}}
{{- define "shop.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Pod Security `restricted`, for a container. */}}
{{- define "shop.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Where pods may run, from a map of values. */}}
{{- define "shop.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* What a service is made of: the defaults, and what services.<name> says instead. Takes (dict "root" $ "name" NAME). */}}
{{- define "shop.service" -}}
{{- mustMergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (get .root.Values.services .name)) | toYaml }}
{{- end }}

{{/* The name of the Secret with the database's password or URL. */}}
{{- define "shop.databaseSecret" -}}
{{- .Values.database.existingSecret | default .Values.database.postgres.existingSecret | default (printf "%s-database" (include "shop.fullname" .)) }}
{{- end }}

{{/* Whether the chart brings the database: "true" or nothing. */}}
{{- define "shop.ownDatabase" -}}
{{- if not (or .Values.database.url .Values.database.existingSecret) }}true{{ end }}
{{- end }}

{{/* Environment by which a process finds its database. */}}
{{- define "shop.databaseEnv" -}}
{{- if include "shop.ownDatabase" . }}
- name: SHOP_DATABASE_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ include "shop.databaseSecret" . }}, key: password}}
- name: SHOP_DATABASE_URL
  value: postgres://shop:$(SHOP_DATABASE_PASSWORD)@postgres:5432/shop
{{- else }}
- name: SHOP_DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ include "shop.databaseSecret" . }}, key: {{ ternary .Values.database.existingSecretKey "url" (ne .Values.database.existingSecret "") }}}}
{{- end }}
{{- end }}

{{/*
Everything that makes a pod a target of faults, as a map of the places it goes to: labels, initContainers, volumes, env,
volumeMounts; empty when injection is disabled. The pod needs no agent to start: the CA is optional, and the injector
waits for nothing. Takes (dict "root" $ "name" NAME "container" CONTAINER "resources" RESOURCES).
*/}}
{{- define "shop.injection" -}}
{{- if .root.Values.injection.enabled }}
labels:
  pado.dev/inject: enabled
initContainers:
  - name: injector
    {{- include "shop.padoImage" .root | nindent 4 }}
    command: [cp, /app/injector/injector.cjs, /pado/injector.cjs]
    resources: {{- toYaml .resources | nindent 6 }}
    securityContext: {{- include "shop.containerSecurity" . | nindent 6 }}
    volumeMounts:
      - {name: pado-injector, mountPath: /pado}
volumes:
  - name: pado-injector
    emptyDir: {sizeLimit: 4Mi}
  - name: pado
    projected:
      sources:
        - serviceAccountToken: {audience: pado, expirationSeconds: 3600, path: token}
        - configMap:
            name: pado-agent-ca
            optional: true
            items: [{key: ca.crt, path: ca.crt}]
env:
  - {name: NODE_OPTIONS, value: --require=/pado/injector.cjs}
  - {name: PADO_AGENT_URL, value: "https://pado-agent.{{ .root.Values.injection.agentNamespace }}.svc:4600"}
  - {name: PADO_AGENT_TOKEN_FILE, value: /var/run/secrets/pado/token}
  - {name: PADO_AGENT_CA_FILE, value: /var/run/secrets/pado/ca.crt}
  - {name: PADO_NAME, value: {{ .name }}}
  - {name: PADO_LABELS, value: pado.dev/container={{ .container }}}
  - name: PADO_POD_UID
    valueFrom: {fieldRef: {fieldPath: metadata.uid}}
volumeMounts:
  - {name: pado-injector, mountPath: /pado, readOnly: true}
  - {name: pado, mountPath: /var/run/secrets/pado, readOnly: true}
{{- end }}
{{- end }}
