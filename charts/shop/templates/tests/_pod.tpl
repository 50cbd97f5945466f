{{/* A pod that runs one script of files/scripts to its end. Takes (dict "root" $ "name" NAME "account" ACCOUNT "env" ENV). */}}
{{- define "shop.testPod" -}}
{{- $root := .root }}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "shop.fullname" $root }}-{{ .name }}
  labels: {{- include "shop.labels" (dict "root" $root "name" .name "component" "test") | nindent 4 }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  restartPolicy: Never
  enableServiceLinks: false
  {{- if .account }}
  serviceAccountName: {{ .account }}
  {{- else }}
  automountServiceAccountToken: false
  {{- end }}
  securityContext: {{- include "shop.podSecurity" 1000 | nindent 4 }}
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- include "shop.placement" $root.Values.defaults | nindent 2 }}
  containers:
    - name: test
      {{- include "shop.padoImage" $root | nindent 6 }}
      command: [node, --input-type=module, --eval]
      args:
        - {{ $root.Files.Get (printf "files/scripts/%s.mjs" .name) | quote }}
      env:
        - {name: BASE_URL, value: "http://gateway:8080"}
        {{- with .env }}{{ toYaml . | nindent 8 }}{{ end }}
      resources:
        requests: {cpu: 25m, memory: 64Mi}
        limits: {cpu: "1", memory: 192Mi}
      securityContext: {{- include "shop.containerSecurity" $root | nindent 8 }}
{{- end }}
