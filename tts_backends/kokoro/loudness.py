"""How loud Kokoro's speakers are by themselves, in LUFS.

Measured over two or three sentences each in the speaker's language, at speed 1 (ITU-R BS.1770).
"""

from __future__ import annotations

from voice_server.worker.api import mean_lufs

from .speakers import Mix

_MEASURED = """
af_heart -25.5, af_alloy -24.9, af_aoede -21.1, af_bella -24.8, af_jessica -24.9, af_kore -21.7, af_nicole
-24.6, af_nova -29.9, af_river -24.3, af_sarah -23.7, af_sky -26.9, am_adam -21.2, am_echo -25.2, am_eric
-24.4, am_fenrir -22.0, am_liam -24.6, am_michael -27.1, am_onyx -25.8, am_puck -21.8, am_santa -25.3,
bf_alice -23.6, bf_emma -23.2, bf_isabella -20.9, bf_lily -24.3, bm_daniel -24.4, bm_fable -25.4, bm_george
-24.7, bm_lewis -26.1, ef_dora -26.3, em_alex -25.8, em_santa -25.4, ff_siwis -22.7, hf_alpha -19.3, hf_beta
-20.5, hm_omega -20.0, hm_psi -21.6, if_sara -17.3, im_nicola -22.6, jf_alpha -22.8, jf_gongitsune -23.5,
jf_nezumi -23.2, jf_tebukuro -24.0, jm_kumo -23.4, pf_dora -26.4, pm_alex -26.2, pm_santa -25.9, zf_xiaobei
-23.4, zf_xiaoni -21.5, zf_xiaoxiao -19.7, zf_xiaoyi -22.2, zm_yunjian -24.0, zm_yunxi -24.5, zm_yunxia -23.6,
zm_yunyang -26.2
"""
_LUFS = {
    name: float(lufs) for name, lufs in (each.split() for each in " ".join(_MEASURED.split()).split(", "))
}


def loudness_of(mix: Mix) -> float:
    """Return the loudness of a speaker or a mix."""
    return mean_lufs((_LUFS[speaker], share) for speaker, share in mix.shares.items())
