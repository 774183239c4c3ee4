"""Publishes one message with QoS 1 through Eclipse Paho and prints PUBACK when it was acknowledged.

Arguments: host, port, device, secret, topic, payload.
"""
import sys
import paho.mqtt
import paho.mqtt.client as mqtt

host, port, device, secret, topic, payload = sys.argv[1:]
acknowledged = []
client = mqtt.Client(client_id=device, protocol=mqtt.MQTTv311)
client.username_pw_set(device, secret)
client.on_publish = lambda _client, _userdata, mid: acknowledged.append(mid)
client.connect(host, int(port))
client.loop_start()
message = client.publish(topic, payload, qos=1)
message.wait_for_publish(10)
client.disconnect()
client.loop_stop()
if acknowledged != [message.mid]:
    sys.exit("no PUBACK")
print("PUBACK", paho.mqtt.__version__)
