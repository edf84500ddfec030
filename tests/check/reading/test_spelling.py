"""Headers and labels in any spelling; words that only look like them."""

from __future__ import annotations

import pytest

from backprop_xlsx.check.reading.spelling import quantity_of

SPELLINGS = {
    "i1": "i1 I1 i_1 i₁ input1 in1 x1",
    "t2": "t2 T2 t_2 target2 Target_2",
    "w5": "w5 W5 w_5 w₅ W_{5} weight5",
    "h1": "h1 H1 net_h1 z_h1 h1_net in_h1",
    "a_h1": "a_h1 A_H1 out_h1 ah1 a(h1) σ(h1) sigmoid(h1) h1_out act_h1 a_{h1}",
    "o2": "o2 O2 net_o2 o_2",
    "a_o2": "a_o2 out_o2 ao2 σ(o2) a_02 o2_out",
    "E1": "E1 e1 E_1 E_o1 Loss1 err1",
    "E_total": "E_total E_tot E_T Etotal E ETotal e_total|Total Error|total loss|Loss|E Total",
    "dE/dw1": "∂E/∂w1 𝜕E/𝜕w1 𝟃E/𝟃w1 δE_tot/δw1 E∂w1 dw1 dE/dw1 ∂E_t/∂w1 grad_w1 ∇w1 δE/δw₁"
    " @E/@w1 ðE/ðw1 ∂E_o1/∂w1 ∂E_total/∂W1 dE_total/dw1 ∂E1/∂w1 dEtotal/dw_1 ∂L/∂w1"
    "|dE_total / dw1|d E_total / d w1",
    "η": "η LR lr 𝜂 eta α learning_rate η= LR(η)|learning rate:  η =|n (lr)|Learning Rate ="
    "|Lernrate|taux d’apprentissage|Tasa de aprendizaje:|öğrenme oranı|学习率|सीखने की दर",
}
OTHERS = (
    "",
    "No",
    "Step",
    "epoch",
    "0.1",
    "w0",
    "t",
    "∂E/∂a_h1",
    "∂E1/∂o1",
    "w1*i1",
    "∂E/∂w5 * x",
    "Derivatives",
    "Initial Values",
    "E_total of all learning rates",
    "dE/dh1",
    "w1 is updated with the gradient of w2, as everywhere else in this table of many columns",
)


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (quantity, text)
        for quantity, texts in SPELLINGS.items()
        for first, *more in [texts.split("|")]
        for text in (*first.split(), *more)
    ],
)
def test_spellings(quantity: str, text: str) -> None:
    assert quantity_of(text) == quantity
    assert quantity_of(f" {text}\n") == quantity


def test_an_equation_names_its_left_side() -> None:
    assert quantity_of("h1 = w1*i1 + w2*i2") == "h1"


@pytest.mark.parametrize("text", OTHERS)
def test_other_texts_name_nothing(text: str) -> None:
    assert quantity_of(text) is None
