{{/* The agent's pod, in either form. */}}
{{- define "agent.pod" -}}
metadata:
  labels:
    {{- include "agent.labels" . | nindent 4 }}
    {{- with omit .Values.podLabels "app.kubernetes.io/name" "app.kubernetes.io/instance" }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: agent
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "agent.name" . }}
  # Here alone: the account's own default is false.
  automountServiceAccountToken: true
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  securityContext:
    {{- include "agent.podSecurity" . | nindent 4 }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- $isDaemon := eq .Values.kind "DaemonSet" }}
  {{- $tolerateAll := and $isDaemon .Values.tolerateAllTaints }}
  {{- if or $tolerateAll .Values.tolerations }}
  tolerations:
    {{- if $tolerateAll }}
    - {operator: Exists}
    {{- end }}
    {{- with .Values.tolerations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
  {{- if .Values.affinity }}
  affinity:
    {{- toYaml .Values.affinity | nindent 4 }}
  {{- else if $isDaemon }}
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
          - matchExpressions:
              # Nodes of one pod each, which take no DaemonSets; pods there need an agent in the form of a Deployment.
              - {key: eks.amazonaws.com/compute-type, operator: NotIn, values: [fargate]}
              - {key: type, operator: NotIn, values: [virtual-kubelet]}
  {{- end }}
  {{- if not $isDaemon }}
  topologySpreadConstraints:
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - topologyKey: {{ $key }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "agent.selector" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  containers:
    - name: agent
      image: {{ include "agent.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      # Caps on the heap, so that the container stays below its memory limit with every injector of a full node.
      command: [node, --max-old-space-size=64, --max-semi-space-size=2, /app/agent/agent.mjs]
      env:
        {{- if $isDaemon }}
        # An agent with a node's name serves that node's pods only.
        - name: PADO_NODE_NAME
          valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
        {{- end }}
        - name: PADO_POD_NAME
          valueFrom: {fieldRef: {fieldPath: metadata.name}}
        - name: PADO_NAMESPACE
          valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
        - {name: PADO_SERVICE, value: {{ include "agent.name" . }}}
        - {name: PADO_CLUSTER_DOMAIN, value: {{ .Values.clusterDomain }}}
        - {name: PADO_PORT, value: "4600"}
        - {name: PADO_PROBE_PORT, value: "4601"}
        {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - {name: channel, containerPort: 4600}
        - {name: metrics, containerPort: 4601}
      startupProbe:
        httpGet: {path: /healthz, port: metrics}
        {{- toYaml .Values.probes.startup | nindent 8 }}
      readinessProbe:
        httpGet: {path: /readyz, port: metrics}
        {{- toYaml .Values.probes.readiness | nindent 8 }}
      livenessProbe:
        httpGet: {path: /healthz, port: metrics}
        {{- toYaml .Values.probes.liveness | nindent 8 }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        {{- include "agent.containerSecurity" . | nindent 8 }}
{{- end }}
