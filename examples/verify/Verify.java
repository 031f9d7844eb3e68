// java Verify.java SECRET webhook-id webhook-timestamp webhook-signature < body
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class Verify {
    /** Whether a webhook is genuine and at most five minutes old. body: the very bytes that came. */
    static boolean verify(String secret, String id, String timestamp, String signature, byte[] body) throws Exception {
        if (timestamp == null || signature == null || !timestamp.matches("\\d{1,12}")) return false;
        if (Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(timestamp)) > 300) return false;
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replaceFirst("^whsec_", "")), "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes();
        for (String one : signature.split(" ")) {
            if (MessageDigest.isEqual(one.getBytes(), expected)) return true;
        }
        return false;
    }

    public static void main(String[] args) throws Exception {
        System.exit(verify(args[0], args[1], args[2], args[3], System.in.readAllBytes()) ? 0 : 1);
    }
}
